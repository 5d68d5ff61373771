/** Tells what the events of a stream mean, whose protocol shows only as they come. */
import { reported, type Meaning, type Protocol, type StreamEvent } from "./protocols/protocol.ts";

/** The meanings of one stream's events. */
export interface Meanings {
  /** Returns what the next event means. */
  of(event: StreamEvent): Meaning;
  /** The protocol, once an event has told it. */
  readonly protocol: Protocol | undefined;
}

/** Reads a stream's events, in order, by the first of `protocols` that knows one of them. */
export function meanings(protocols: readonly Protocol[]): Meanings {
  let protocol: Protocol | undefined;
  let read: ((event: StreamEvent) => Meaning) | undefined;
  return {
    of(event) {
      if (!read) {
        protocol = protocols.find((each) => each.matches(event));
        read = protocol?.reader();
      }
      if (read) return read(event);
      if (event.json && isError(event)) return reported(event.json);
      return isKeepAlive(event) ? "noise" : "content";
    },
    get protocol() {
      return protocol;
    },
  };
}

/** An error may come before anything has told the protocol. */
function isError({ name, json }: StreamEvent): boolean {
  return name === "error" || json?.["type"] === "error" || json?.["object"] === "error" || Boolean(json?.["error"]);
}

function isKeepAlive({ name, json }: StreamEvent): boolean {
  return name === "ping" || name === "keepalive" || json?.["type"] === "ping";
}
