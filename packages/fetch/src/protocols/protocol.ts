/** What the wrapper has to know of a streaming API to tell content from noise and an end from a cut. */

/** One event of a stream. */
export interface StreamEvent {
  /** The `event:` field of SSE, or `""`. */
  readonly name: string;
  /** The data as it came. */
  readonly data: string;
  /** The data as JSON, or `undefined` when it is none. */
  readonly json: Json | undefined;
}

/** A JSON object, of which nothing is known. */
export interface Json {
  readonly [name: string]: unknown;
}

/** A failure that the upstream reports in a stream, in the shape of an error body: the error stands under `error`. */
export interface ReportedError {
  readonly error: unknown;
}

/**
 * What an event means for the stream: `content` is what the user waits for; `end` says that the answer is whole, `more` that it is not
 * after all; `noise` (a ping, an empty first chunk) is neither.
 */
export type Meaning = "content" | "end" | "more" | "noise" | ReportedError;

/** One streaming API. */
export interface Protocol {
  /** Tells from its first telling event whether a stream speaks this protocol. */
  matches(event: StreamEvent): boolean;
  /** Starts to read one stream: the returned function tells what each event means. */
  reader(): (event: StreamEvent) => Meaning;
  /**
   * Matches in the text of every event that may be anything but plain content. Once content flows, only events that it matches are parsed:
   * parsing all of them would cost more than the network does. Of binary messages, which are small, each is looked at. The word `error`
   * is one at the end of a name, or of the line that names the event: content has its quotes and line ends escaped.
   */
  readonly marks?: RegExp;
}

/** Returns the event as an error body, in which some APIs send it already. */
export function reported(json: Json): ReportedError {
  return { ...json, error: json["error"] ?? json };
}

/**
 * Tells whether an event has an error; of some it is an empty list, or its fields are all null, until there is one. That of JSON-RPC,
 * which tool servers speak, is the answer to a call that has been made.
 */
export function isFailed(json: Json | undefined): json is Json & ReportedError {
  const error = json?.["jsonrpc"] ? undefined : json?.["error"];
  return typeof error === "object" ? Object.values(error ?? {}).some((field) => field !== null) : Boolean(error);
}

/** Tells whether a value is a JSON object. */
export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the JSON object that a text holds, or `undefined` where it holds none. */
export function parseJson(text: string): Json | undefined {
  // `[DONE]` ends most streams: the error of a text that is no JSON costs more than to parse five that are.
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the list at `name`, or an empty one: what comes from outside may be anything. */
export function list(json: Json | undefined, name: string): readonly Json[] {
  const value = json?.[name];
  return Array.isArray(value) ? value.filter(isJson) : [];
}
