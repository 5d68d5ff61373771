/** Follows a stream of text: server-sent events or JSON lines. */
import { endOfLastEvent, parseLine, separatorStart, type Framing } from "./framing.ts";
import { StreamProgress } from "./stream-progress.ts";

/** Matches whatever may be an error, in a stream of unknown protocol. */
const errorMark = /rror["\n\r]/;

/** Tells data from comments and empty events, in either framing. */
const isData = /^(data: *\S|\{)/m;

const streaming = { stream: true } as const;

/** An unfinished event longer than this, in characters, is content, such as an image. It is still parsed, since it may be the last one. */
const longEvent = 1_048_576;

/** If an event grows beyond this, in characters, neither it nor anything after it is parsed. */
export const longestEvent: number = 32 * longEvent;

/** Follows a stream of one framing. Its protocol is recognised by its events. */
export class TextProgress extends StreamProgress {
  readonly #framing: Framing;
  readonly #decoder = new TextDecoder();
  #pending = "";
  /** The end of `#pending`, where a separator may have begun: searching all of it for each chunk would take quadratic time. */
  #tail = "";
  /** Whether a parsed event was content. By then the protocol has been recognised, if it ever will be. */
  #contentParsed = false;

  constructor(framing: Framing) {
    super();
    this.#framing = framing;
  }

  override take(chunk: Uint8Array): boolean {
    if (this.isOpaque) return true;
    // Engines decode faster without `stream`, which only a chunk that ends inside a character needs: its last byte is not ASCII.
    const endsInAscii = chunk[chunk.length - 1]! < 0x80;
    const decoded = this.#decoder.decode(chunk, endsInAscii ? undefined : streaming);
    const searched = this.#tail + decoded;
    const found = endOfLastEvent(searched, this.#framing);
    const text = this.#pending + decoded;
    if (found === 0) {
      this.#tail = searched.slice(-separatorStart);
      return this.#keep(text);
    }
    const end = text.length - searched.length + found;
    this.#pending = text.slice(end);
    this.#tail = this.#pending.slice(-separatorStart);
    return this.#takeEvents(text.slice(0, end));
  }

  /** Some servers omit the blank line after the last event, or end with bare JSON. That counts as an event if it is complete. */
  override end(): void {
    const event = this.error ? undefined : (this.#framing.parse(this.#pending) ?? parseLine(this.#pending));
    if (event?.json === undefined && event?.data !== "[DONE]") return;
    this.#pending = "";
    this.takeEvent(event);
  }

  protected override get isInEvent(): boolean {
    return this.#pending.trim() !== "";
  }

  /** Keeps an unfinished event, and tells whether it is so long that it is content. */
  #keep(event: string): boolean {
    const isLong = event.length > longEvent;
    this.hasContent ||= isLong;
    this.isOpaque = event.length > longestEvent;
    this.#pending = this.isOpaque ? "" : event;
    return isLong;
  }

  #takeEvents(events: string): boolean {
    // Once content has begun, an event without a mark is nothing but content.
    if (this.#contentParsed && !this.#hasMark(events)) return isData.test(events);
    let isContent = false;
    for (const frame of events.split(this.#framing.separator)) {
      // `split` has removed the end of the last line, which may be the line that names the event.
      const isPlain = this.#contentParsed && !this.#hasMark(`${frame}\n`);
      if (isPlain) isContent ||= isData.test(frame);
      else if (this.#takeFrame(frame)) isContent = true;
    }
    return isContent;
  }

  #hasMark(text: string): boolean {
    // After the end everything is parsed: little follows it, and what revokes it, such as a new choice, need not have a mark.
    return this.isComplete || (this.protocol?.marks ?? errorMark).test(text);
  }

  #takeFrame(frame: string): boolean {
    const event = this.error ? undefined : this.#framing.parse(frame);
    if (event === undefined || !this.takeEvent(event)) return false;
    // An event with nothing but an id is content, because its reader can ask for the rest, but identifies no protocol.
    this.#contentParsed ||= event.data !== "";
    return true;
  }
}
