/** Server-sent events, with one step for each frame. */
import { pause, type Reply, type Step } from "./reply.ts";

/** A comment, as providers send it to keep a connection alive. */
export const comment = ": keep-alive\n\n";

/** Returns a frame with `data`, as JSON unless it is a string, and with the name of the event, if given. */
export function frame(data: unknown, event?: string): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`;
}

/**
 * Answers with a stream of events.
 * @example
 * const reply = sse([frame({ n: 1 }), pause(50), comment, stall]);
 */
export function sse(body: Reply["body"]): Reply {
  return { headers: { "content-type": "text/event-stream", "cache-control": "no-cache" }, body };
}

/** Tells whether a reply is a stream of events. */
export function isSse(reply: Reply): boolean {
  const types = Object.entries(reply.headers ?? {}).filter(([name]) => name.toLowerCase() === "content-type");
  return String(types.at(-1)?.[1]).startsWith("text/event-stream");
}

/** Splits a body, which arrives in arbitrary chunks, into its frames. */
export async function* framesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    for (let end = /\n\r?\n/.exec(rest); end; end = /\n\r?\n/.exec(rest)) {
      const length = end.index + end[0].length;
      yield rest.slice(0, length);
      rest = rest.slice(length);
    }
  }
  if (rest) yield rest;
}

/** Repeats a frame forever, every `every` milliseconds. */
export function* keepAlive(text: string, every: number): Generator<Step> {
  for (;;) {
    yield text;
    yield pause(every);
  }
}
