/** Tells what the events of a stream mean, whose protocol shows only as they come. */
import {
  isFailed,
  reported,
  type Meaning,
  type Protocol,
  type ReportedError,
  type StreamEvent,
} from "./protocols/protocol.ts";

/** What the events of one stream have meant so far. */
export interface Meanings {
  /** Takes note of the next event, or of an error, and tells whether it is content, or the end. */
  note(event: StreamEvent | ReportedError): boolean;
  /** The protocol, once an event has told it. */
  readonly protocol: Protocol | undefined;
  /** Whether any event has come, be it noise. */
  readonly hasEvents: boolean;
  /** Whether the end has come. */
  readonly hasEnded: boolean;
  /** The error that was reported. */
  readonly error: ReportedError | undefined;
}

/** Reads a stream's events, in order, by the first of `protocols` that knows one of them. */
export function meanings(protocols: readonly Protocol[]): Meanings {
  let protocol: Protocol | undefined;
  let read: ((event: StreamEvent) => Meaning) | undefined;
  let hasEvents = false;
  let hasEnded = false;
  let error: ReportedError | undefined;

  function meaningOf(event: StreamEvent): Meaning {
    if (isError(event)) return reported(event.json ?? { message: event.data });
    if (!read) {
      protocol = protocols.find((each) => each.matches(event));
      read = protocol?.reader();
    }
    if (read) return read(event);
    return isKeepAlive(event) ? "noise" : "content";
  }

  return {
    note(event) {
      hasEvents = true;
      const meaning = "error" in event ? event : meaningOf(event);
      if (typeof meaning === "object") error = meaning;
      hasEnded = meaning === "end" || (hasEnded && meaning !== "more");
      return typeof meaning === "string" && meaning !== "noise";
    },
    get protocol() {
      return protocol;
    },
    get hasEvents() {
      return hasEvents;
    },
    get hasEnded() {
      return hasEnded;
    },
    get error() {
      return error;
    },
  };
}

/** An error may come before anything has told the protocol, and a gateway sends its own in whatever protocol it passes on. */
function isError({ name, json }: StreamEvent): boolean {
  return name === "error" || json?.["type"] === "error" || json?.["object"] === "error" || isFailed(json);
}

function isKeepAlive({ name, json }: StreamEvent): boolean {
  return name === "ping" || name === "keepalive" || json?.["type"] === "ping";
}
