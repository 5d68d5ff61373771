/** Answers of every protocol over real sockets, in any pieces, whole or cut at any byte: what comes of them is compared with plain fetch. */
import { createServer, type AddressInfo, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { circuitBreaker } from "@evenkeel/circuit-breaker";
import { resilientFetch } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { amazonEvent } from "./amazon-messages.ts";
import { post, whole as completion, type Fetch } from "./answers.ts";

const data = (json: object): Buffer => Buffer.from(`data: ${JSON.stringify(json)}\n\n`);
const line = (json: object): Buffer => Buffer.from(`${JSON.stringify(json)}\r\n`);
const choice = (fields: object): Buffer => data({ choices: [{ index: 0, finish_reason: null, ...fields }] });
const part = (fields: object): Buffer => data({ candidates: [{ content: { parts: [{ text: "ü🙂" }] }, ...fields }] });
const error = { error: { type: "server_error", message: "boom" } };

/** What an answer is made of; one without an end is whole with its last byte, and, as far as anyone can tell, wherever it ends. */
interface Kind {
  readonly type: string;
  readonly start: readonly Buffer[];
  readonly content: Buffer;
  readonly end?: Buffer;
  readonly error?: Buffer;
  /** Whether a cut can be told from an end. */
  readonly isKnown: boolean;
}

const sse = { type: "text/event-stream; charset=utf-8", error: data(error), isKnown: true };
const kinds = {
  "chat completions": {
    ...sse,
    start: [choice({ delta: { role: "assistant", content: "" } })],
    content: choice({ delta: { content: 'ü🙂 "error":\n\n[DONE]' } }),
    end: choice({ delta: {}, finish_reason: "stop" }),
  },
  messages: {
    ...sse,
    start: [data({ type: "message_start" }), Buffer.from('event: ping\ndata: {"type":"ping"}\n\n')],
    content: data({ type: "content_block_delta", delta: { text: "event: error\n" } }),
    end: data({ type: "message_stop" }),
  },
  responses: {
    ...sse,
    start: [Buffer.from(": PROCESSING\n\n"), data({ type: "response.created", response: { error: null } })],
    content: data({ type: "response.output_text.delta", delta: "é".repeat(3_000) }),
    end: data({ type: "response.completed", response: { error: null } }),
  },
  gemini: { ...sse, start: [], content: part({}), end: part({ finishReason: "STOP" }) },
  ollama: {
    type: "application/x-ndjson",
    start: [line({ message: { content: "" }, done: false })],
    content: line({ message: { content: "ü🙂" }, done: false }),
    end: line({ message: { content: "" }, done: true }),
    error: line({ error: "boom" }),
    isKnown: true,
  },
  converse: {
    type: "application/vnd.amazon.eventstream",
    start: [Buffer.from(amazonEvent("messageStart"))],
    content: Buffer.from(amazonEvent("contentBlockDelta", { delta: { text: "ü🙂" } })),
    end: Buffer.from(amazonEvent("messageStop")),
    isKnown: true,
  },
  json: { type: "application/json", start: [], content: line(completion).subarray(0, -2), isKnown: true },
  text: { type: "text/plain", start: [], content: Buffer.from("Hi ü🙂\r\n"), isKnown: false },
  audio: { type: "audio/mpeg", start: [], content: Buffer.from([0xff, 0xfb, 0, 10, 13]), isKnown: false },
} satisfies Record<string, Kind>;

const encodings = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, identity: (plain: Buffer) => plain };

/** How the bytes of a body are read. */
const readers = {
  text: (response: Response) => response.text(),
  "its clone first": async (response: Response) => (await response.clone().text()) && response.text(),
  "both its branches": async ({ body }: Response) =>
    (await Promise.all(body!.tee().map((branch) => new Response(branch).text()))).find((text) => text !== "")!,
  "chunk by chunk": async ({ body }: Response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body!) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  },
};

const answer = fc.record({
  kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
  contents: fc.integer({ min: 1, max: 4 }),
  ending: fc.constantFrom("whole", "whole", "cut", "broken", "error"),
  /** Where it is cut, as a share of its length. */
  cut: fc.double({ min: 0, max: 0.999, noNaN: true }),
  pieces: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
  framing: fc.constantFrom("chunked", "content-length"),
  encoding: fc.constantFrom(...(Object.keys(encodings) as (keyof typeof encodings)[])),
  status: fc.constantFrom(200, 200, 200, 400, 503),
  read: fc.constantFrom(...(Object.keys(readers) as (keyof typeof readers)[])),
});
type Answer = typeof answer extends fc.Arbitrary<infer Each> ? Each : never;

/** The bytes of a body as far as it comes, and of it when nothing is left out. */
function bodyOf({ kind: name, contents, ending, cut }: Answer): { sent: Buffer; full: Buffer; isWhole: boolean } {
  const kind: Kind = kinds[name];
  const middle = Array.from({ length: name === "json" ? 1 : contents }, () => kind.content);
  const full = Buffer.concat([...kind.start, ...middle, ...(kind.end ? [kind.end] : [])]);
  if (ending === "whole" || (ending === "error" && !kind.error)) return { sent: full, full, isWhole: true };
  const failed = [...kind.start, ...middle, kind.error!, kind.end!];
  if (ending === "error") return { sent: Buffer.concat(failed), full, isWhole: false };
  // Who leaves out no more than the blank behind the end has said all.
  return { sent: full.subarray(0, Math.max(1, Math.floor((full.length - 4) * cut))), full, isWhole: false };
}

/** Writes the answer as it is to come over the wire. */
async function write(socket: Socket, drawn: Answer): Promise<void> {
  const { sent, full } = bodyOf(drawn);
  const isBroken = drawn.ending === "broken";
  const encoding = drawn.ending === "whole" ? drawn.encoding : "identity";
  const body = encodings[encoding](sent);
  const places = drawn.pieces.map((at) => Math.floor(at * body.length)).toSorted((a, b) => a - b);
  const pieces = [0, ...places]
    .map((start, index) => body.subarray(start, places[index]))
    .filter(({ length }) => length > 0);
  const isChunked = drawn.framing === "chunked";
  const length = isChunked ? "transfer-encoding: chunked" : `content-length: ${isBroken ? full.length : body.length}`;
  const type = `content-type: ${kinds[drawn.kind].type}\r\ncontent-encoding: ${encoding}`;
  socket.write([`HTTP/1.1 ${drawn.status} Any`, type, length, "connection: close", "", ""].join("\r\n"));
  for (const each of pieces) {
    await setImmediate(); // or they would travel as one
    if (isChunked) socket.write(`${each.length.toString(16)}\r\n`);
    socket.write(each);
    if (isChunked) socket.write("\r\n");
  }
  socket.end(isChunked && !isBroken ? "0\r\n\r\n" : "");
}

let next: Answer;
let requests = 0;
const open = new Set<Socket>();
const server = createServer((socket) => {
  open.add(socket);
  socket.on("close", () => open.delete(socket)).on("error", () => {});
  socket.once("data", () => {
    requests++;
    void write(socket, next);
  });
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => void server.close());

/** Asks for the answer that is next, and tells all that its reader sees. */
async function ask(fetch: Fetch, read: keyof typeof readers) {
  requests = 0;
  let response: Response | undefined;
  const { port } = server.address() as AddressInfo;
  try {
    response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, post);
    const { status, statusText, type, redirected, url } = response;
    const text = await readers[read](response);
    return { status, statusText, type, redirected, url, headers: [...response.headers], text, requests };
  } catch (failure) {
    return { failure: failure as Error, wasHandedOn: response !== undefined, requests };
  }
}

type Outcome = Awaited<ReturnType<typeof ask>>;

/** What is to come of an answer, by what came of it for plain fetch. */
function expected(drawn: Answer, plain: Outcome, { requests: asked, ...ours }: Outcome): object {
  const { isWhole } = bodyOf(drawn);
  if (drawn.status >= 400) return { ...(isWhole ? plain : { status: drawn.status }), requests: asked };
  if (isWhole || (!kinds[drawn.kind].isKnown && !plain.failure)) return plain;
  // What failed before its content is asked for again, what failed behind it is not.
  if (!ours.wasHandedOn) return { ...(ours.failure ? { failure: brokenOff } : { status: 500 }), requests: 2 };
  return { failure: drawn.ending === "error" ? reportedError : brokenOff, requests: 1 };
}

const brokenOff = { name: expect.stringMatching(/^(Stream|Type)Error$/) };
const reportedError = { name: "StreamError", message: expect.stringContaining("reported an error") };

it("is what plain fetch gives if it is complete, never a success if it is cut off, and leaves nothing behind", async () => {
  await fc.assert(
    fc.asyncProperty(answer, async (drawn) => {
      next = drawn;
      const permits = semaphore({ permits: 1 });
      const resilient = resilientFetch({
        retry: retry({ retries: 1, backoff: constant(0) }),
        breaker: circuitBreaker({ trip: [] }),
        rateLimit: permits,
        key: () => "key",
      });
      const plain = await ask(fetch, drawn.read);
      const ours = await ask(resilient, drawn.read);
      expect(ours).toMatchObject(expected(drawn, plain, ours));
      expect(permits.active("key")).toBe(0);
    }),
    { seed: 1, numRuns: 300 },
  );
  await vi.waitFor(() => expect(open.size).toBe(0));
}, 60_000);
