/** Splits the text of a stream into events. */
import { hasError, parseJson, type StreamEvent } from "./protocols/protocol.ts";

/** How events are written and separated in a stream of some content type. */
export interface Framing {
  /** What may separate two events. */
  readonly separators: readonly string[];
  /** Matches any of `separators`. */
  readonly separator: RegExp;
  /** Parses an event. Returns `undefined` if the frame contains none, as a comment or a blank line. */
  readonly parse: (frame: string) => StreamEvent | undefined;
}

/** How many characters of a separator may precede its last one. */
export const separatorStart = 2;

/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export const serverSentEvents: Framing = {
  separators: ["\n\n", "\n\r\n", "\r\r"],
  separator: /\r?\n\r?\n|\r\r/,
  parse: parseServerSentEvent,
};

/** One JSON text per line. */
const jsonLines: Framing = {
  separators: ["\n"],
  separator: /\r?\n/,
  parse: parseLine,
};

/** Returns the framing of a content type, or `undefined` if it is not a stream of text. */
export function framingOf(contentType: string): Framing | undefined {
  if (isEventStream(contentType)) return serverSentEvents;
  if (/^application\/(x-ndjson|ndjson|jsonl|jsonlines|x-jsonlines|stream\+json)\b/i.test(contentType)) return jsonLines;
  return undefined;
}

/** Tells whether a content type is that of server-sent events. */
export function isEventStream(contentType: string): boolean {
  return /^text\/event-stream\b/i.test(contentType);
}

/** Returns the index after the last complete event, 0 if there is none. */
export function endOfLastEvent(text: string, { separators }: Framing): number {
  let end = 0;
  for (const separator of separators) {
    if (text.endsWith(separator)) return text.length;
    // `includes` finds that there is none in a fraction of the time that `lastIndexOf` takes.
    if (text.includes(separator)) end = Math.max(end, text.lastIndexOf(separator) + separator.length);
  }
  return end;
}

/** Parses a line with one JSON text. */
export function parseLine(line: string): StreamEvent | undefined {
  return line.trim() === "" ? undefined : { name: "", data: line, json: parseJson(line) };
}

function parseServerSentEvent(frame: string): StreamEvent | undefined {
  let name = "";
  let id = "";
  const data: string[] = [];
  for (const line of frame.split(/\r\n|\n|\r/)) {
    const [, field, value = ""] = /^(event|data|id): ?(.*)$/s.exec(line) ?? [];
    if (field === "event") name = value;
    else if (field === "id") id = value;
    else if (field === "data") data.push(value);
  }
  const text = data.join("\n");
  // Without data it is not an event: some servers send such frames as keep-alives. Empty data with an id is what MCP begins a stream with.
  if (text === "" && (id === "" || data.length === 0)) return bareError(frame);
  return { name, data: text, json: parseJson(text) };
}

/** Parses an error body as it came from further back, in a stream that a gateway had already begun. */
function bareError(frame: string): StreamEvent | undefined {
  const json = parseJson(frame);
  return hasError(json) ? { name: "", data: frame, json } : undefined;
}
