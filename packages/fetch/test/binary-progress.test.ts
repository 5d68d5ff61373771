import { describe, expect, it } from "vitest";
import { progressOf } from "../src/progress-of.ts";
import type { StreamProgress } from "../src/stream-progress.ts";
import { amazonChunk, amazonEvent, amazonException, amazonMessage } from "./amazon-messages.ts";

const begin = (): StreamProgress => progressOf("application/vnd.amazon.eventstream")!;

const converse = {
  noise: [amazonEvent("messageStart", { role: "assistant" }), amazonEvent("contentBlockStart", { start: {} })],
  content: amazonEvent("contentBlockDelta", { delta: { text: "Hello" } }),
  end: [
    amazonEvent("contentBlockStop"),
    amazonEvent("messageStop", { stopReason: "end_turn" }),
    amazonEvent("metadata"),
  ],
};

const invoke = {
  noise: [amazonChunk({ type: "message_start", message: {} }), amazonChunk({ type: "content_block_start", index: 0 })],
  content: amazonChunk({ type: "content_block_delta", delta: { text: "Héllo" } }),
  end: [amazonChunk({ type: "message_delta", delta: {} }), amazonChunk({ type: "message_stop" })],
};

describe.each([
  ["a conversation", converse],
  ["a model's own events", invoke],
])("%s", (_name, { noise, content, end }) => {
  it("has content, and an end", () => {
    const progress = begin();
    expect(noise.map((message) => progress.take(message))).toEqual([false, false]);
    expect(progress).toMatchObject({
      hasEvents: true,
      hasContent: false,
      isComplete: false,
      missing: "the terminator",
    });
    expect(progress.take(content)).toBe(true);
    expect(progress).toMatchObject({ hasContent: true, isComplete: false, missing: "the terminator" });
    for (const message of end) progress.take(message);
    expect(progress).toMatchObject({ error: undefined, isComplete: true, missing: undefined });
  });

  it.each([1, 2, 3, 7, 100, Infinity])("is parsed the same in chunks of %s bytes", (size) => {
    const progress = begin();
    const bytes = Buffer.concat([...noise, content, ...end]);
    const contentAt: number[] = [];
    for (let start = 0; start < bytes.byteLength; start += size) {
      const piece = new Uint8Array(bytes.subarray(start, Math.min(start + size, bytes.byteLength)));
      if (progress.take(piece)) contentAt.push(Math.min(start + size, bytes.byteLength));
      piece.fill(0); // the reader may do with it what it likes
    }
    const behindTheNoise = Buffer.concat(noise).byteLength;
    expect(contentAt[0]).toBeGreaterThanOrEqual(behindTheNoise + content.byteLength);
    expect(progress).toMatchObject({ error: undefined, isComplete: true, missing: undefined });
  });

  it("is missing the end of a message if it breaks inside one", () => {
    const progress = begin();
    progress.take(Buffer.concat([...noise, content.subarray(0, -1)]));
    expect(progress.missing).toBe("the end of an event");
  });

  it.each([
    ["first", [] as Uint8Array[], false],
    ["after content", [...noise, content], true],
  ])("reports an exception that comes %s", (_place, before, hasContent) => {
    const progress = begin();
    for (const message of before) progress.take(message);
    expect(progress.take(amazonException("throttlingException", "Too many requests"))).toBe(false);
    expect(progress).toMatchObject({
      hasContent,
      error: { __type: "ThrottlingException", message: "Too many requests", error: {} },
    });
    expect(progress.take(content)).toBe(false); // nothing counts any more
  });
});

it("takes nothing after an error, not even a message without a length, for ever", () => {
  const progress = begin();
  const error = amazonException("throttlingException", "Too many requests");
  expect(progress.take(Buffer.concat([error, new Uint8Array(4)]))).toBe(false);
  expect(progress.take(new Uint8Array(4))).toBe(false);
  expect(progress).toMatchObject({ hasContent: false, error: { __type: "ThrottlingException" } });
});

it("reports an error that no model sent", () => {
  const progress = begin();
  const headers = { ":message-type": "error", ":error-code": "InternalError", ":error-message": "Out of order" };
  progress.take(amazonMessage(headers, ""));
  expect(progress.error).toMatchObject({ __type: "InternalError", message: "Out of order" });
});

it.each([
  ["DeepSeek's", { text: "Hello" }],
  ["Mistral's", { index: 0, message: { role: "assistant", content: "Hello" } }],
])("finds the end of %s answers, whose finish reason has another name", (_whose, choice) => {
  const progress = begin();
  progress.take(amazonChunk({ choices: [{ ...choice, stop_reason: null }] }));
  expect(progress).toMatchObject({ hasContent: true, isComplete: false, missing: "the terminator" });
  progress.take(amazonChunk({ choices: [{ ...choice, stop_reason: "stop" }] }));
  expect(progress).toMatchObject({ isComplete: true, missing: undefined });
});

it("reads past headers of every other type", () => {
  const values: readonly (readonly [type: number, bytes: number])[] = [
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 4],
    [5, 8],
    [8, 8],
    [9, 16],
  ];
  const odd = values.map(([type, size]) => Buffer.concat([Buffer.from([1, 0x78, type]), Buffer.alloc(size, 0xff)]));
  const sized = [1, 0x79, 6, 0, 2, 0xff, 0xff];
  const plain = amazonEvent("messageStop");
  const headers = Buffer.concat([...odd, Buffer.from(sized), plain.subarray(12, -6)]);
  const message = Buffer.concat([Buffer.alloc(12), headers, plain.subarray(-6)]);
  message.writeUInt32BE(message.byteLength, 0);
  message.writeUInt32BE(headers.byteLength, 4);
  const progress = begin();
  progress.take(message);
  expect(progress.isComplete).toBe(true);
});

it.each([
  ["of another service", amazonEvent("SubscribeToShardEvent", { Records: [] })],
  ["of a model that no protocol knows", amazonChunk({ outputText: "Hello" })],
])("leaves a stream %s alone", (_whose, message) => {
  const progress = begin();
  expect(progress.take(message)).toBe(true);
  expect(progress).toMatchObject({ error: undefined, isComplete: false, missing: undefined });
});

it.each([
  ["a length of nothing", Buffer.alloc(64)],
  ["a length beyond all measure", Buffer.alloc(64, 0xff)],
  ["headers beyond the message", Buffer.concat([Buffer.from([0, 0, 0, 16, 0, 0, 0xff, 0xff]), Buffer.alloc(8, 1)])],
  ["no base64", amazonEvent("chunk", { bytes: "%" })],
])("passes on what is not a message: %s", (_name, bytes) => {
  const progress = begin();
  expect([progress.take(bytes), progress.take(converse.noise[0]!)]).toEqual([true, true]);
  expect(progress).toMatchObject({ hasContent: true, error: undefined, missing: undefined });
});
