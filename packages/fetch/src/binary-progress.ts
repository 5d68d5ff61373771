/** Follows a stream of Amazon's binary messages. */
import { messageLength, readMessage } from "./read-message.ts";
import { StreamProgress } from "./stream-progress.ts";

/** If a message is longer than this, in bytes, neither it nor anything after it is parsed. */
const longestMessage = 1_048_576;

/** Follows a binary stream. Its protocol is recognised by its messages. */
export class BinaryProgress extends StreamProgress {
  /** Holds an unfinished message, with room to grow: to copy all of it for each chunk would take quadratic time. */
  #buffer = new Uint8Array();
  /** How many bytes of the buffer are used. */
  #used = 0;

  override take(chunk: Uint8Array): boolean {
    if (this.isOpaque) return true;
    if (this.error) return false;
    let rest = this.isInEvent ? this.#append(chunk) : chunk;
    let isContent = false;
    for (let length = messageLength(rest); length !== undefined; length = messageLength(rest)) {
      if (length > longestMessage) return this.#giveUp();
      if (length > rest.byteLength) break;
      try {
        isContent = this.takeEvent(readMessage(rest.subarray(0, length))) || isContent;
      } catch {
        return this.#giveUp(); // the client reports what is wrong with the message
      }
      // Nothing after an error matters. Unread, a message whose length is 0 would be taken again and again.
      rest = rest.subarray(this.error ? rest.byteLength : length);
    }
    if (rest.byteLength !== this.#used) {
      this.#used = 0;
      this.#append(rest);
    }
    return isContent;
  }

  protected override get isInEvent(): boolean {
    return this.#used > 0;
  }

  /** Copies the chunk, because its reader may transfer its buffer, and returns all that is unfinished. */
  #append(chunk: Uint8Array): Uint8Array {
    const start = this.#used;
    this.#used += chunk.byteLength;
    if (this.#used > this.#buffer.byteLength) {
      const larger = new Uint8Array(2 * this.#used);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, start);
    return this.#buffer.subarray(0, this.#used);
  }

  #giveUp(): true {
    this.#buffer = new Uint8Array();
    this.#used = 0;
    return (this.isOpaque = this.hasContent = true);
  }
}
