import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  answer,
  crlf,
  faultServer,
  forward,
  frame,
  gzip,
  httpFaults,
  json,
  pause,
  reset,
  sequence,
  spoil,
  sse,
  stall,
  type FaultServer,
  type Responder,
} from "../../src/server/index.ts";

let upstream: FaultServer;
let server: FaultServer;
let respond: Responder;
beforeEach(async () => {
  upstream = await faultServer({ respond: (request) => respond(request) });
  server = await faultServer({ respond: forward(upstream.url) });
});
afterEach(() => Promise.all([server.close(), upstream.close()]));

test("hands a request on as it is, and the answer back", async () => {
  respond = () => json({ ok: true }, { status: 202, headers: { "x-answer": "1" } });
  const response = await fetch(`${server.url}/v1/a?b=c`, { method: "PUT", body: "döt", headers: { "x-asked": "2" } });
  expect(response.status).toBe(202);
  expect(response.headers.get("x-answer")).toBe("1");
  expect(await response.json()).toEqual({ ok: true });
  expect(upstream.requests[0]).toMatchObject({ method: "PUT", path: "/v1/a?b=c", body: "döt" });
  expect(upstream.requests[0]!.headers).toMatchObject({ "x-asked": "2", host: new URL(upstream.url).host });
});

test.each(["POST", "DELETE"])("hands bytes on that are no text: %s", async (method) => {
  respond = () => json({ ok: true });
  const body = new Uint8Array([0xff, 0xfe, 0, 0x80]);
  expect((await fetch(server.url, { method, body })).status).toBe(200);
  expect(upstream.requests.map(({ bytes }) => [...bytes])).toEqual([[...body]]);
});

test("hands cookies on one by one", async () => {
  const cookies = ["a=1; expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"];
  respond = () => json({ ok: true }, { headers: { "set-cookie": cookies } });
  expect((await fetch(server.url)).headers.getSetCookie()).toEqual(cookies);
});

test("hands a stream on as it comes", async () => {
  respond = () => sse([frame("a"), stall]);
  const reader = (await fetch(server.url)).body!.getReader();
  expect(Buffer.from((await reader.read()).value!).toString()).toBe(frame("a"));
  await reader.cancel();
});

test("a client that leaves closes the connection to the upstream, before the answer and in its middle", async () => {
  respond = sequence({ body: [stall] }, sse([frame("a"), stall]));
  for (let index = 0; index < 2; index++) {
    const caller = new AbortController();
    const asked = fetch(server.url, { signal: caller.signal }).then((response) => response.text());
    asked.catch(() => {});
    await vi.waitFor(() => expect(upstream.requests).toHaveLength(index + 1), { interval: 5 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    caller.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
    expect(await upstream.requests[index]!.ended).toMatchObject({ by: "client" });
  }
});

test("steps are frames again however they came, so that faults find their place", async () => {
  const good = answer(["One ", "two ", "three ", "four"]);
  respond = async (request) => crlf(await good(request));
  const faulty = await faultServer({ respond: forward(upstream.url), faults: () => httpFaults.endMiddle });
  const response = await fetch(`${faulty.url}/v1/messages`, { method: "POST", body: '{"stream":true}' });
  const text = await response.text();
  expect(text).toContain("two ");
  expect(text).not.toContain("three ");
  await faulty.close();
});

test("frames that come in parts are joined", async () => {
  respond = () => ({
    headers: { "content-type": "text/event-stream" },
    body: ["data: a", pause(5), "\n", pause(5), "\ndata: b\n\n"],
  });
  const faulty = await faultServer({
    respond: async (request) => spoil(await forward(upstream.url)(request), "end", ["!"]),
  });
  expect(await fetch(faulty.url).then((response) => response.text())).toBe("data: a\n\ndata: b\n\n!");
  await faulty.close();
});

test("an upstream that cannot be reached is a bad gateway", async () => {
  await upstream.close();
  const response = await fetch(server.url);
  expect(response.status).toBe(502);
  expect(await response.text()).toContain("nginx");
});

test("an upstream that breaks off resets the client", async () => {
  respond = () => sse([frame("a"), pause(20), reset]);
  const response = await fetch(server.url);
  await expect(response.text()).rejects.toThrow("terminated");
});

test("hands the path on as it is, also where it begins with two slashes", async () => {
  respond = () => json({ ok: true });
  expect((await fetch(`${server.url}//v1/a`)).status).toBe(200);
  expect(upstream.requests[0]!.path).toBe("//v1/a");
});

test("asks for an answer that faults can read, and hands one that is compressed all the same on as it is", async () => {
  respond = () => gzip(sse([frame("a"), frame("b")]));
  const response = await fetch(server.url);
  expect(await response.text()).toBe(frame("a") + frame("b"));
  expect(upstream.requests[0]!.headers).not.toHaveProperty("accept-encoding");
});

test("refuses what is no URL of http:", () => {
  expect(() => forward("nowhere")).toThrow(TypeError);
  expect(() => forward("https://api.example.com")).toThrow(
    new TypeError('Expected `origin` to be a URL of http:, got "https://api.example.com"'),
  );
});
