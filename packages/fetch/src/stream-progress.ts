/** What has been learned about a stream so far. Its protocol is recognised only once its events arrive. */
import { knownProtocols } from "./protocols/known.ts";
import {
  isError,
  reportedError,
  type Choices,
  type Meaning,
  type Protocol,
  type ReportedError,
  type StreamEvent,
} from "./protocols/protocol.ts";

/** What is missing from a stream that ended too early. */
export type Missing = "the end of an event" | "the terminator" | "any content";

/** Follows a stream chunk by chunk, without changing the chunks. */
export abstract class StreamProgress {
  /** Whether any event has arrived, even noise. */
  hasEvents = false;
  /** Whether content, or the end, has arrived: from then on the stream is handed on, and not sent again. */
  hasContent = false;
  /** Whether the answer is complete: nothing that follows, not even a broken connection, changes that. */
  isComplete = false;
  /** The error that the upstream reported in the stream. */
  error: ReportedError | undefined;
  /** The protocol, once an event has identified it. */
  protected protocol: Protocol | undefined;
  /** Whether parsing was given up: everything that follows counts as content. */
  protected isOpaque = false;
  readonly #choices: Choices = { open: new Set(), finished: new Set() };

  /** Takes the next chunk and tells whether it contained content: anything but pings and comments. */
  abstract take(chunk: Uint8Array): boolean;

  /** Takes the end of the stream. */
  end(): void {}

  /** What would be missing if the stream ended now; `undefined` if the answer is complete, or has content of an unknown protocol. */
  get missing(): Missing | undefined {
    if (!this.protocol) return this.hasContent ? undefined : "any content";
    if (this.isComplete || this.isOpaque) return undefined;
    return this.isInEvent ? "the end of an event" : "the terminator";
  }

  /** Whether part of an event has arrived. */
  protected abstract get isInEvent(): boolean;

  /** Takes the next event, or error, and tells whether it is content or the end. */
  protected takeEvent(event: StreamEvent | ReportedError): boolean {
    this.hasEvents = true;
    const meaning = "error" in event ? event : this.#meaningOf(event);
    if (typeof meaning === "object") this.error = meaning;
    this.isComplete = meaning === "end" || (this.isComplete && meaning !== "more");
    const isContent = typeof meaning === "string" && meaning !== "noise";
    this.hasContent ||= isContent;
    return isContent;
  }

  #meaningOf(event: StreamEvent): Meaning {
    if (reportsError(event)) return reportedError(event.json ?? { message: event.data });
    this.protocol ??= knownProtocols.find((each) => each.matches(event));
    if (this.protocol) return this.protocol.meaningOf(event, this.#choices);
    // On its own a terminator ends no answer: some servers that fail send nothing else.
    return isKeepAlive(event) || event.data === "[DONE]" ? "noise" : "content";
  }
}

/** Recognises an error in any protocol: it may come before the protocol is known, or from a gateway, in a format of its own. */
function reportsError({ name, json }: StreamEvent): boolean {
  // DeepInfra and Venice name the fields of a chunk instead, whose choices are null.
  return name === "error" || Boolean(json?.["error_message"]) || isError(json);
}

function isKeepAlive({ name, json }: StreamEvent): boolean {
  return name === "ping" || name === "keepalive" || json?.["type"] === "ping";
}
