/** Cuts the text of a stream into events. */
import { parseJson, type StreamEvent } from "./protocols/protocol.ts";

/** How a content type separates and writes its events. */
export interface Framing {
  /** What may stand between two events. */
  readonly separators: readonly string[];
  /** Matches the same. */
  readonly separator: RegExp;
  /** Reads one event, or `undefined` when the frame holds none: a comment, a blank line. */
  readonly parse: (frame: string) => StreamEvent | undefined;
}

/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
const serverSentEvents: Framing = {
  separators: ["\n\n", "\n\r\n", "\r\r"],
  separator: /\r?\n\r?\n|\r\r/,
  parse: parseServerSentEvent,
};

/** One JSON text a line. */
const jsonLines: Framing = {
  separators: ["\n"],
  separator: /\r?\n/,
  parse: parseLine,
};

/** Returns how a stream of this content type is framed, or `undefined` when it is none that is known. */
export function framingOf(contentType: string): Framing | undefined {
  if (isEventStream(contentType)) return serverSentEvents;
  if (/^application\/(x-ndjson|ndjson|jsonl|jsonlines|x-jsonlines|stream\+json)\b/i.test(contentType)) return jsonLines;
  return undefined;
}

/** Tells whether a content type is that of server-sent events. */
export function isEventStream(contentType: string): boolean {
  return /^text\/event-stream\b/i.test(contentType);
}

/** Reads a line that is one JSON text. */
export function parseLine(line: string): StreamEvent | undefined {
  return line.trim() === "" ? undefined : { name: "", data: line, json: parseJson(line) };
}

function parseServerSentEvent(frame: string): StreamEvent | undefined {
  let name = "";
  const data: string[] = [];
  for (const line of frame.split(/\r\n|\n|\r/)) {
    const [, field, value = ""] = /^(event|data): ?(.*)$/s.exec(line) ?? [];
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
  }
  const text = data.join("\n");
  if (text === "") return undefined; // what has no data is no event: some servers keep alive with it
  return { name, data: text, json: parseJson(text) };
}
