/** Breaks answers off at the places that matter, in the same way for all APIs. */
import { isBytes, textOf, type Reply, type Step } from "./reply.ts";
import { reshape } from "./reshape.ts";
import { isSse } from "./sse.ts";

/**
 * Where an answer breaks off: before its first byte, before the first word, after the second word, or after the last word but before
 * the end is announced. A plain answer has two places only: before its first byte, and in the middle.
 */
export type Place = "start" | "content" | "middle" | "end";

// A forwarded stream may have spaces in its JSON. What its text says matches neither: there, quotes are escaped.
const content = /"content": ?"[^"]|"type": ?"(?:text_delta|response\.output_text\.delta)"/;
const finish =
  /"finish_reason": ?"|^data: ?\[DONE\]|"type": ?"(?:content_block_stop|message_delta|response\.output_text\.done)"/m;

/** How many words are sent before a place, unless the answer ends earlier. */
const wordsBefore: Readonly<Record<Place, number>> = { start: 0, content: 0, middle: 2, end: Infinity };

/** Sends an answer up to a place, and then the steps of `then` instead of the rest. */
export function spoil(reply: Reply, place: Place, then: Iterable<Step>): Reply {
  return reshape(reply, async function* spoil(body) {
    if (place !== "start") yield* isSse(reply) ? framesBefore(place, body) : halfBefore(place, body);
    yield* then;
  });
}

async function* framesBefore(place: Place, body: Reply["body"]): AsyncGenerator<Step> {
  let words = 0;
  for await (const step of body) {
    const frame = isBytes(step) ? textOf(step) : "";
    const isWord = content.test(frame);
    if (finish.test(frame) || (isWord && words === wordsBefore[place])) return;
    if (isWord) words++;
    yield step;
  }
}

async function* halfBefore(place: Place, body: Reply["body"]): AsyncGenerator<Step> {
  if (place === "content") return;
  const parts: Uint8Array[] = [];
  for await (const step of body) if (isBytes(step)) parts.push(Buffer.from(step as string));
  const whole = Buffer.concat(parts);
  yield whole.subarray(0, Math.ceil(whole.length / 2));
}
