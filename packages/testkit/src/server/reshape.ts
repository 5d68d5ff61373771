/** Changes what a reply sends: where it breaks off, in which pieces it comes, how it is encoded. */
import { checkNumber } from "@evenkeel/core";
import { finished } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import { isBytes, pause, type Reply, type Step } from "./reply.ts";

/** A point in a reply: before so many of its steps were sent, or before the first bytes that a test is true of. */
export type Point = number | ((bytes: string) => boolean);

/**
 * Sends a reply up to a point, and then other steps in the place of the rest. For a stream, steps are frames.
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
      if (typeof at === "number" ? sent >= at : isBytes(step) && at(step.toString())) break;
      sent++;
      yield step;
    }
    yield* then;
  });
}

/**
 * Sends a reply's bytes in pieces of `bytes`, one every `every` milliseconds: characters and frames come in parts.
 * @throws {RangeError} `bytes` is no integer >= 1, or `every` is negative.
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

/** Ends the lines of a reply's text with CR LF, as some providers do. */
export function crlf(reply: Reply): Reply {
  return reshape(reply, async function* crlf(body) {
    for await (const step of body) yield typeof step === "string" ? step.replace(/\r?\n/g, "\r\n") : step;
  });
}

/** Compresses a reply, in such a way that each step can be read as soon as it has come. */
export function gzip(reply: Reply): Reply {
  const compressed = reshape(reply, async function* gzip(body) {
    const stream = createGzip();
    const compressed: Buffer[] = [];
    stream.on("data", (bytes: Buffer) => compressed.push(bytes)); // read at once: it would wait for that before it goes on
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

/** Passes a reply's steps through `change`, anew each time the reply is sent. */
export function reshape(reply: Reply, change: (body: Reply["body"]) => AsyncGenerator<Step>): Reply {
  return { ...reply, body: { [Symbol.asyncIterator]: () => change(reply.body) } };
}
