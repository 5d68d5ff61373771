import { expect, test } from "vitest";
import { gunzipSync } from "node:zlib";
import { seededRandom } from "../../src/index.ts";
import {
  anthropicMessage,
  breakOff,
  comment,
  crlf,
  drip,
  faultServer,
  frame,
  gzip,
  html,
  openaiChat,
  pause,
  reset,
  spoil,
  sse,
  stall,
  withHeader,
  type Reply,
  type Step,
} from "../../src/server/index.ts";

async function stepsOf({ body }: Reply): Promise<Step[]> {
  const steps: Step[] = [];
  for await (const step of body) steps.push(step);
  return steps;
}

const reply = sse([frame("a"), frame("b"), frame("c")]);

test("breakOff sends so many steps, and then others", async () => {
  expect(await stepsOf(breakOff(reply, 0))).toEqual([]);
  expect(await stepsOf(breakOff(reply, 2, [stall]))).toEqual([frame("a"), frame("b"), stall]);
  expect(await stepsOf(breakOff(reply, 9, [reset]))).toEqual([frame("a"), frame("b"), frame("c"), reset]);
});

test("breakOff stops before the first bytes that a test is true of, and never asks about pauses", async () => {
  const withPause = sse([pause(1), frame("a"), frame("b")]);
  expect(await stepsOf(breakOff(withPause, (bytes) => bytes.includes("b")))).toEqual([pause(1), frame("a")]);
});

test("a reshaped reply can be sent again, from its start", async () => {
  for (const change of [
    breakOff(reply, 2),
    crlf(reply),
    drip(reply, { bytes: 4, every: 1 }),
    spoil(reply, "end", []),
  ]) {
    const first = await stepsOf(change);
    expect(first.length).toBeGreaterThan(1);
    expect(await stepsOf(change)).toEqual(first);
  }
});

test("bytes break off where text does, and stay the bytes that they were", async () => {
  const said = await stepsOf(openaiChat("one two three", { stream: true }));
  const stream = sse(said.map((text) => new TextEncoder().encode(text as string)));
  expect(await stepsOf(breakOff(stream, (text) => text.includes("three")))).toHaveLength(3);
  expect(await stepsOf(spoil(stream, "middle", []))).toHaveLength(3);
  const sound = { body: [Uint8Array.of(255, 0, 254, 1), Uint8Array.of(253, 2)] };
  expect(await stepsOf(spoil(sound, "middle", []))).toEqual([Buffer.of(255, 0, 254)]);
});

test("a stream breaks off at the same words whether its JSON has spaces, as Python's, and whatever its text says", async () => {
  for (const stream of [openaiChat, anthropicMessage].map((said) => said("one [DONE] three", { stream: true }))) {
    const frames = (await stepsOf(stream)).map((step) => step as string);
    const spaced = sse(frames.map((text) => text.replaceAll(/":(?=["{[]|\w)/g, '": ')));
    for (const place of ["content", "middle", "end"] as const) {
      const sent = (await stepsOf(spoil(stream, place, []))) as string[];
      expect(sent.some((text) => text.includes("three"))).toBe(place === "end");
      expect(sent.some((text) => text.includes("DONE"))).toBe(place !== "content");
      expect(await stepsOf(spoil(spaced, place, []))).toHaveLength(sent.length);
    }
  }
});

test("what breaks off leaves the good reply as it was", async () => {
  breakOff(reply, 1);
  expect(await stepsOf(reply)).toHaveLength(3);
});

test("drip cuts bytes, not characters, and leaves pauses where they were", async () => {
  const steps = await stepsOf(drip({ body: ["aü", pause(7)] }, { bytes: 2, every: 3 }));
  expect(steps).toEqual([Buffer.from([0x61, 0xc3]), pause(3), Buffer.from([0xbc]), pause(3), pause(7)]);
});

test("gzip compresses the whole, each step readable when it has come", async () => {
  const compressed = gzip(sse([frame("a"), stall, frame("b")]));
  expect(compressed.headers).toMatchObject({ "content-encoding": "gzip", "content-type": "text/event-stream" });
  const steps = await stepsOf(compressed);
  const bytes = steps.filter((step) => step instanceof Uint8Array);
  expect(gunzipSync(Buffer.concat(bytes)).toString()).toBe(frame("a") + frame("b"));
  expect(steps[1]).toBe(stall);

  await using server = await faultServer({ respond: () => gzip(sse([frame("a"), stall])) });
  const reader = (await fetch(server.url)).body!.getReader();
  expect(Buffer.from((await reader.read()).value!).toString()).toBe(frame("a"));
  await reader.cancel();
});

test("gzip compresses a step of any size", async () => {
  const random = seededRandom(1);
  const large = Array.from({ length: 400_000 }, () => Math.floor(random() * 36).toString(36)).join("");
  const steps = (await stepsOf(gzip({ body: [large, "", "end"] }))) as Uint8Array[];
  expect(gunzipSync(Buffer.concat(steps)).toString()).toBe(`${large}end`);
});

test("crlf leaves the lines alone that end so already", async () => {
  const page = html(502, "502 Bad Gateway");
  expect(await stepsOf(crlf(page))).toEqual(await stepsOf(page));
  expect(await stepsOf(crlf({ body: ["a\r\nb\n\n"] }))).toEqual(["a\r\nb\r\n\r\n"]);
});

test("withHeader replaces a header", () => {
  expect(withHeader(reply, "content-type", "text/plain").headers).toMatchObject({ "content-type": "text/plain" });
});

test("an answer shorter than the place where it should break off breaks off at its end", async () => {
  const frames = await stepsOf(spoil(openaiChat("Hi", { stream: true }), "middle", [reset]));
  expect(frames).toHaveLength(3);
  expect(frames[1]).toContain('"content":"Hi"');
  expect(frames.at(-1)).toBe(reset);
});

test("refuses what is out of range", () => {
  expect(() => breakOff(reply, -1)).toThrow("Expected `at` to be a number >= 0, got -1");
  expect(() => drip(reply, { bytes: 0, every: 1 })).toThrow("Expected `bytes` to be an integer >= 1, got 0");
  expect(() => drip(reply, { bytes: 1, every: -1 })).toThrow("Expected `every` to be a number >= 0, got -1");
});

test("a frame has its event's name and its data, a comment neither", () => {
  expect(frame({ a: 1 }, "x")).toBe('event: x\ndata: {"a":1}\n\n');
  expect(frame("[DONE]")).toBe("data: [DONE]\n\n");
  expect(comment).toMatch(/^:.*\n\n$/);
});
