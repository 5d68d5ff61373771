/** What must be known about a streaming API to tell content from noise and a complete answer from a truncated one. */

/** One event of a stream. */
export interface StreamEvent {
  /** The `event:` field of SSE, or `""`. */
  readonly name: string;
  /** The data as text. */
  readonly data: string;
  /** The data as a JSON object, or `undefined` if it is not one. */
  readonly json: Json | undefined;
}

/** A JSON object of unknown content. */
export interface Json {
  readonly [name: string]: unknown;
}

/** A failure that the upstream reports in a stream, in the shape of an error body. */
export interface ReportedError {
  readonly error: unknown;
}

/**
 * What an event means for the stream. `content` is what the user waits for. `end` means that the answer is complete. `more` is content
 * after which the answer is not complete, even if there was an `end` before. `noise` (a ping, an empty first chunk) is none of these.
 */
export type Meaning = "content" | "end" | "more" | "noise" | ReportedError;

/** The indices of the choices that have begun but not finished, and of those that have finished: all that a protocol remembers of a stream. */
export interface Choices {
  readonly open: Set<unknown>;
  readonly finished: Set<unknown>;
}

/** One streaming API. */
export interface Protocol {
  /** Tells whether an event belongs to this protocol. Not every event of a protocol need identify it. */
  matches(event: StreamEvent): boolean;
  /** Tells what the next event of a stream means. `choices` is the same for all of them, and empty at first. */
  meaningOf(event: StreamEvent, choices: Choices): Meaning;
  /**
   * Must match the text of every event that may be anything but plain content. Once content has begun, only events that it matches are
   * parsed: parsing all of them would cost more than receiving them. Not used for binary messages, all of which are parsed. The `error`
   * in it ends a name, or the line that names the event; in content it would not match, because quotes and line ends are escaped there.
   */
  readonly marks?: RegExp;
}

/** Puts an error under `error`, unless the API has already sent it that way. */
export function reportedError(json: Json): ReportedError {
  return { ...json, error: json["error"] ?? json };
}

/**
 * Tells whether an event or an answer contains an error. An empty list, or an object whose fields are all null, is not one. In JSON-RPC,
 * as tool servers use it, an `error` is the result of a completed call.
 */
export function hasError(json: Json | undefined): json is Json & ReportedError {
  const error = json?.["jsonrpc"] ? undefined : json?.["error"];
  return typeof error === "object" ? Object.values(error ?? {}).some((field) => field !== null) : Boolean(error);
}

/** Tells whether an event or an answer is an error: it says so, or contains one. */
export function isError(json: Json | undefined): json is Json {
  return json?.["type"] === "error" || json?.["object"] === "error" || hasError(json);
}

/** Tells whether a choice, or an answer, ends because something broke. Z.ai and DeepSeek name what it was. */
export function isFailedEnd(reason: unknown): boolean {
  return typeof reason === "string" && /^(error|network_error|insufficient_system_resource)$/i.test(reason);
}

/** Tells whether a value is a JSON object. */
export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses a JSON object. Returns `undefined` if the text is not one. */
export function parseJson(text: string): Json | undefined {
  // `[DONE]` ends most streams, and a `SyntaxError` for it would cost more than parsing five JSON texts.
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the text at `name`, or "" if there is none: an object from outside may not even become a string. */
export function textAt(json: Json | undefined, name: string): string {
  const value = json?.[name];
  return typeof value === "string" ? value : "";
}

/** Returns the object at `name`, or `undefined` if there is none. */
export function jsonAt(json: Json | undefined, name: string): Json | undefined {
  const value = json?.[name];
  return isJson(value) ? value : undefined;
}

/** Returns the objects in the list at `name`, or none if there is no list: input from outside may be anything. */
export function listAt(json: Json | undefined, name: string): readonly Json[] {
  const value = json?.[name];
  return Array.isArray(value) ? value.filter(isJson) : [];
}
