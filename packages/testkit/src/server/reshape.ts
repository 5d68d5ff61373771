/** Changes replies: where they break off, in which pieces they are sent, how they are encoded. */
import { checkNumber } from "@evenkeel/core";
import { finished } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import { isBytes, pause, textOf, type Reply, type Step } from "./reply.ts";

/** A point in a reply: after this many steps, or before the first bytes that satisfy the predicate. */
export type Point = number | ((bytes: string) => boolean);

/**
 * Sends a reply up to a point, and then the steps of `then` instead of the rest. The steps of a stream are its frames.
 * @example
 * const truncated = breakOff(openaiChat("Hello there", { stream: true }), 2);
 * const silent = breakOff(openaiChat("Hello there", { stream: true }), 2, [stall]);
 * @throws {RangeError} `at` is negative.
 */
export function breakOff(reply: Reply, at: Point, then: Iterable<Step> = []): Reply {
  if (typeof at === "number") checkNumber("at", at);
  return reshape(reply, async function* breakOff(body) {
    let sent = 0;
    for await (const step of body) {
      if (typeof at === "number" ? sent >= at : isBytes(step) && at(textOf(step))) break;
      sent++;
      yield step;
    }
    yield* then;
  });
}

/**
 * Sends a reply in pieces of `bytes` bytes, one every `every` milliseconds, which splits frames and characters.
 * @throws {RangeError} `bytes` is not an integer >= 1, or `every` is negative.
 */
export function drip(reply: Reply, { bytes, every }: { readonly bytes: number; readonly every: number }): Reply {
  checkNumber("bytes", bytes, { integer: true, min: 1 });
  checkNumber("every", every);
  return reshape(reply, async function* drip(body) {
    for await (const step of body) {
      if (!isBytes(step)) {
        yield step;
        continue;
      }
      const whole = Buffer.from(step as string);
      for (let start = 0; start < whole.length; start += bytes) {
        yield whole.subarray(start, start + bytes);
        yield pause(every);
      }
    }
  });
}

/** Sends a reply with CRLF line endings, as some providers do. */
export function crlf(reply: Reply): Reply {
  return reshape(reply, async function* crlf(body) {
    for await (const step of body) yield typeof step === "string" ? step.replace(/\r?\n/g, "\r\n") : step;
  });
}

/** Compresses a reply, flushing after each step, so that the client can read it at once. */
export function gzip(reply: Reply): Reply {
  const compressed = reshape(reply, async function* gzip(body) {
    const stream = createGzip();
    const compressed: Buffer[] = [];
    stream.on("data", (bytes: Buffer) => compressed.push(bytes)); // keeps the stream from pausing
    for await (const step of body) {
      if (isBytes(step)) {
        stream.write(step);
        await new Promise<void>((resolve) => stream.flush(constants.Z_SYNC_FLUSH, resolve));
        yield Buffer.concat(compressed.splice(0));
      } else yield step;
    }
    stream.end();
    await finished(stream);
    yield Buffer.concat(compressed);
  });
  return withHeader(compressed, "content-encoding", "gzip");
}

/** Adds a header to a reply, or replaces it. */
export function withHeader(reply: Reply, name: string, value: string): Reply {
  return { ...reply, headers: { ...reply.headers, [name]: value } };
}

/** Passes a reply's steps through `change`, each time that the reply is sent. */
export function reshape(reply: Reply, change: (body: Reply["body"]) => AsyncGenerator<Step>): Reply {
  return { ...reply, body: { [Symbol.asyncIterator]: () => change(reply.body) } };
}
