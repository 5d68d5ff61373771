/** Stands between a body and its reader, and finds what it says that it has cost. */
import type { EndWork, Work } from "@evenkeel/core";
import { ForgettableSource } from "@evenkeel/timeout";
import { textOf, type BodyReader } from "./read-head.ts";
import { usageOf } from "./usage-of.ts";

/** A count stands at the beginning or at the end of an answer: so many bytes, or characters, of either are looked into. */
const edge = 16_384;

/** Returns a body of the same chunks. The work goes on until it is over, and then tells its cost, where that is known. */
export function measureUsage(body: ReadableStream<Uint8Array>, work: Work): ReadableStream<Uint8Array> {
  const meter = new UsageMeter(body.getReader());
  const measured = meter.open();
  // What is left then is in memory. An answer that nobody reads, or not to its very end, is settled, too.
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
      this.#text = edgesOf(this.#text, value);
      controller.enqueue(value);
    } catch (error) {
      this.#finish();
      this.controller?.error(error);
    }
  }

  /** Reads what is left, though nobody asks for it. */
  async readOn(): Promise<void> {
    while (!this.#isOver && this.controller) await this.pull();
  }

  /** The reader has had enough. */
  override cancel(reason: unknown): Promise<void> {
    this.#finish();
    return this.#reader.cancel(reason);
  }

  /** The reader is gone without a word. */
  override forget(): void {
    this.cancel(new Error("The body was not read to its end")).catch(() => {});
  }

  /** How the body ended, who guards it tells; here is known what it has cost. */
  #finish(): void {
    this.#isOver = true;
    this.done();
    this.endWork?.(undefined, usageOf(this.#text));
  }
}

/** Adds the text of a chunk, and leaves out the middle of what has become long. */
function edgesOf(text: string, chunk: Uint8Array): string {
  const isLong = chunk.byteLength > 2 * edge;
  const added = isLong ? `${textOf(chunk.subarray(0, edge))}\n${textOf(chunk.subarray(-edge))}` : textOf(chunk);
  const all = text + added;
  return all.length > 4 * edge ? `${all.slice(0, edge)}\n${all.slice(-edge)}` : all;
}
