/** Follows what a stream of Amazon's binary messages means, chunk by chunk, without touching the chunks. */
import { messageLength, readMessage } from "./read-message.ts";
import { meanings } from "./meanings.ts";
import type { Protocol } from "./protocols/protocol.ts";
import { join } from "./read-head.ts";
import type { StreamProgress } from "./stream-progress.ts";

/** A message that is longer, in bytes, is passed on without being looked at, and so is all that follows. */
const longestMessage = 1_048_576;

/** Follows a binary stream; its protocol is told from its first telling message. */
export function binaryProgress(protocols: readonly Protocol[]): StreamProgress {
  const meaning = meanings(protocols);
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
        return giveUp(); // what is wrong with it, its client can tell
      }
      rest = rest.subarray(length);
    }
    pending = rest.slice(); // the chunk is its reader's from now on
    hasContent ||= isContent;
    return isContent;
  }

  function takeMessage(message: Uint8Array): boolean {
    return !meaning.error && meaning.note(readMessage(message));
  }

  /** Passes what comes on without looking at it. */
  function giveUp(): true {
    pending = new Uint8Array();
    return (isOpaque = hasContent = true);
  }

  return {
    take,
    end() {},
    get hasEvents() {
      return meaning.hasEvents;
    },
    get hasContent() {
      return hasContent;
    },
    get error() {
      return meaning.error;
    },
    get isWhole() {
      return meaning.hasEnded;
    },
    get missing() {
      if (isOpaque || !meaning.protocol || meaning.hasEnded) return undefined;
      return pending.byteLength === 0 ? "the terminator" : "the end of an event";
    },
  };
}
