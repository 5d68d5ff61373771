/** Follows a stream of Amazon's binary messages. */
import { eventTracker } from "./event-tracker.ts";
import { join } from "./read-head.ts";
import { messageLength, readMessage } from "./read-message.ts";
import type { StreamProgress } from "./stream-progress.ts";

/** If a message is longer than this, in bytes, neither it nor anything after it is parsed. */
const longestMessage = 1_048_576;

/** Follows a binary stream. Its protocol is recognised by its messages. */
export function binaryProgress(): StreamProgress {
  const tracker = eventTracker();
  let pending: Uint8Array = new Uint8Array();
  let isOpaque = false;
  let hasContent = false;

  function take(chunk: Uint8Array): boolean {
    if (isOpaque) return true;
    let rest = pending.byteLength > 0 ? join([pending, chunk]) : chunk;
    let isContent = false;
    for (let length = messageLength(rest); length !== undefined; length = messageLength(rest)) {
      if (length > longestMessage) return giveUp();
      if (length > rest.byteLength) break;
      try {
        isContent = takeMessage(rest.subarray(0, length)) || isContent;
      } catch {
        return giveUp(); // the client reports what is wrong with the message
      }
      rest = rest.subarray(length);
    }
    pending = rest.slice(); // a copy, because the reader may transfer the chunk's buffer
    hasContent ||= isContent;
    return isContent;
  }

  function takeMessage(message: Uint8Array): boolean {
    return !tracker.error && tracker.take(readMessage(message));
  }

  /** Stops parsing: everything that follows counts as content. */
  function giveUp(): true {
    pending = new Uint8Array();
    return (isOpaque = hasContent = true);
  }

  return {
    take,
    end() {},
    get hasEvents() {
      return tracker.hasEvents;
    },
    get hasContent() {
      return hasContent;
    },
    get error() {
      return tracker.error;
    },
    get isComplete() {
      return tracker.hasEnded;
    },
    get missing() {
      return isOpaque ? undefined : tracker.missing(pending.byteLength > 0);
    },
  };
}
