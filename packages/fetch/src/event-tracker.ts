/** Tracks the meaning of a stream's events, whose protocol is recognised only once they arrive. */
import { knownProtocols } from "./protocols/known.ts";
import {
  hasError,
  reportedError,
  type Meaning,
  type Protocol,
  type ReportedError,
  type StreamEvent,
} from "./protocols/protocol.ts";

/** What the events of a stream have meant so far. */
export interface EventTracker {
  /** Takes the next event, or error, and tells whether it is content or the end. */
  take(event: StreamEvent | ReportedError): boolean;
  /** The protocol, once an event has identified it. */
  readonly protocol: Protocol | undefined;
  /** Whether any event has arrived, even noise. */
  readonly hasEvents: boolean;
  /** Whether the end has arrived. */
  readonly hasEnded: boolean;
  /** The error that the upstream reported. */
  readonly error: ReportedError | undefined;
  /**
   * Returns what would be missing if the stream ended now; `undefined` if the answer is complete or the protocol unknown.
   * @param isInEvent Whether part of an event has arrived.
   */
  missing(isInEvent: boolean): Missing | undefined;
}

export type Missing = "the end of an event" | "the terminator";

/** Tracks a stream by the first protocol that recognises one of its events. */
export function eventTracker(): EventTracker {
  let protocol: Protocol | undefined;
  let interpret: ((event: StreamEvent) => Meaning) | undefined;
  let hasEvents = false;
  let hasEnded = false;
  let error: ReportedError | undefined;

  function meaningOf(event: StreamEvent): Meaning {
    if (isError(event)) return reportedError(event.json ?? { message: event.data });
    if (!interpret) {
      protocol = knownProtocols.find((each) => each.matches(event));
      interpret = protocol?.interpreter();
    }
    if (interpret) return interpret(event);
    return isKeepAlive(event) ? "noise" : "content";
  }

  return {
    take(event) {
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
    missing(isInEvent) {
      if (!protocol || hasEnded) return undefined;
      return isInEvent ? "the end of an event" : "the terminator";
    },
  };
}

/** Recognises an error in any protocol: it may come before the protocol is known, or from a gateway, in a format of its own. */
function isError({ name, json }: StreamEvent): boolean {
  return name === "error" || json?.["type"] === "error" || json?.["object"] === "error" || hasError(json);
}

function isKeepAlive({ name, json }: StreamEvent): boolean {
  return name === "ping" || name === "keepalive" || json?.["type"] === "ping";
}
