import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { profiles } from "@evenkeel/timeout";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resilientFetch } from "../src/index.ts";

/** A provider in a thread of its own, which answers while this one is busy. It counts its requests. */
const provider = `
  const { workerData: requests, parentPort } = require("node:worker_threads");
  const server = require("node:http").createServer((request, response) => {
    Atomics.add(requests, 0, 1);
    request.resume();
    if (request.url === "/v1/chat/completions") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"choices":[{"delta":{"content":"Hello"}}]}\\n\\n');
      return setTimeout(() => response.end("data: [DONE]\\n\\n"), 100);
    }
    response.writeHead(200, { "content-type": "application/json" });
    setTimeout(() => response.end('{"object":"list","data":[]}'), 100);
  });
  server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

const requests = new Int32Array(new SharedArrayBuffer(4));
const worker = new Worker(provider, { eval: true, workerData: requests });
let url = "";
beforeAll(async () => {
  const [port] = (await once(worker, "message")) as [number];
  url = `http://127.0.0.1:${port}/v1/embeddings`;
});
afterAll(() => worker.terminate());

test("an answer that came while the process was busy is delivered, and not asked for, and paid for, again", async () => {
  const ask = resilientFetch({ profile: { ...profiles.quick, firstContent: 300 } });
  const answer = ask(url, { method: "POST", body: "{}" });
  // After it the event loop runs timers before it reads sockets.
  while (Atomics.load(requests, 0) === 0) await new Promise(setImmediate);
  Atomics.wait(requests, 0, 1, 1_000); // longer than the limit
  const response = await answer;
  expect([await response.json(), requests[0]]).toEqual([{ object: "list", data: [] }, 1]);
});

test("the rest of a stream that came while the process was busy is delivered before the total limit applies", async () => {
  const ask = resilientFetch({ profile: { ...profiles.quick, total: 300 } });
  const response = await ask(new URL("/v1/chat/completions", url), { method: "POST", body: '{"stream":true}' });
  const text = response.text();
  await new Promise(setImmediate); // after it the event loop runs timers before it reads sockets
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000); // longer than the limit
  expect(await text).toMatch(/Hello[^]*DONE/);
});
