/** Passes a body on to its reader, and finds the token count in it. */
import type { EndWork, Work } from "@evenkeel/core";
import { ForgettableSource } from "@evenkeel/timeout";
import type { BodyReader } from "./reader-of.ts";
import { textOf } from "./text-of.ts";
import { usageOf } from "./usage-of.ts";

/** The count is at the beginning or the end of an answer: only this many bytes, or characters, at either end are searched. */
const edge = 16_384;

/** Returns a body with the same chunks. The work lasts until the body has ended, and ends with its cost, if known. */
export function measureUsage(body: ReadableStream<Uint8Array>, work: Work): ReadableStream<Uint8Array> {
  const meter = new UsageMeter(body.getReader());
  const measured = meter.open();
  // By then the rest of the body is in memory. Reading it settles answers that their reader does not read to the end.
  work.over(() => void meter.readOn());
  meter.endWork = work.hold();
  return measured;
}

/** The source of the measured body. */
class UsageMeter extends ForgettableSource<Uint8Array> {
  endWork: EndWork | undefined;
  readonly #reader: BodyReader;
  #isOver = false;
  #text = "";

  constructor(reader: BodyReader) {
    super();
    this.#reader = reader;
  }

  override async pull(): Promise<void> {
    try {
      const { done, value } = await this.#reader.read();
      const { controller } = this;
      if (this.#isOver || !controller) return;
      if (done) {
        this.#finish();
        return controller.close();
      }
      this.#text = append(this.#text, value);
      controller.enqueue(value);
    } catch (error) {
      this.#finish();
      this.controller?.error(error);
    }
  }

  /** Reads the rest, though nobody waits for it. */
  async readOn(): Promise<void> {
    while (!this.#isOver && this.controller) await this.pull();
  }

  /** The reader has cancelled the body. */
  override cancel(reason: unknown): Promise<void> {
    this.#finish();
    return this.#reader.cancel(reason);
  }

  /** The reader has dropped the body without cancelling it. */
  override forget(): void {
    this.cancel(new Error("The body was not read to its end")).catch(() => {});
  }

  /** Reports only the cost. Whether the body failed is reported by its guard. */
  #finish(): void {
    this.#isOver = true;
    this.done();
    this.endWork?.(undefined, usageOf(this.#text));
  }
}

/** Appends the text of a chunk, and drops the middle of a text that has become long. */
function append(text: string, chunk: Uint8Array): string {
  const isLong = chunk.byteLength > 2 * edge;
  const added = isLong ? `${textOf(chunk.subarray(0, edge))}\n${textOf(chunk.subarray(-edge))}` : textOf(chunk);
  const all = text + added;
  return all.length > 4 * edge ? `${all.slice(0, edge)}\n${all.slice(-edge)}` : all;
}
