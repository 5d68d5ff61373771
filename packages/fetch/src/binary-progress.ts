/** Follows a stream of Amazon's binary messages. */
import { join } from "./join.ts";
import { messageLength, readMessage } from "./read-message.ts";
import { StreamProgress } from "./stream-progress.ts";

/** If a message is longer than this, in bytes, neither it nor anything after it is parsed. */
const longestMessage = 1_048_576;

/** Follows a binary stream. Its protocol is recognised by its messages. */
export class BinaryProgress extends StreamProgress {
  #pending: Uint8Array = new Uint8Array();

  override take(chunk: Uint8Array): boolean {
    if (this.isOpaque) return true;
    let rest = this.isInEvent ? join([this.#pending, chunk]) : chunk;
    let isContent = false;
    for (let length = messageLength(rest); length !== undefined; length = messageLength(rest)) {
      if (length > longestMessage) return this.#giveUp();
      if (length > rest.byteLength) break;
      try {
        isContent = this.#takeMessage(rest.subarray(0, length)) || isContent;
      } catch {
        return this.#giveUp(); // the client reports what is wrong with the message
      }
      rest = rest.subarray(length);
    }
    this.#pending = rest.slice(); // a copy, because the reader may transfer the chunk's buffer
    return isContent;
  }

  protected override get isInEvent(): boolean {
    return this.#pending.byteLength > 0;
  }

  #takeMessage(message: Uint8Array): boolean {
    return !this.error && this.takeEvent(readMessage(message));
  }

  #giveUp(): true {
    this.#pending = new Uint8Array();
    return (this.isOpaque = this.hasContent = true);
  }
}
