/** Reads the beginning of a body before it is handed on. */
import { onAbort } from "@evenkeel/core";

export type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

/** The beginning of a body. */
export interface Head {
  readonly chunks: Uint8Array[];
  /** Whether that is all of the body. */
  readonly isWhole: boolean;
}

/**
 * Reads until `isEnough` returns true, the body ends, or at least `maxBytes` have been read. Cancels the body if the signal aborts,
 * because some bodies ignore it.
 * @throws The body's error, or the signal's reason.
 */
export async function readHead(
  reader: BodyReader,
  signal: AbortSignal,
  maxBytes: number,
  isEnough: (chunk: Uint8Array) => boolean = () => false,
): Promise<Head> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const stopListening = onAbort(signal, (reason) => void reader.cancel(reason).catch(() => {}));
  try {
    while (bytes < maxBytes) {
      const { done, value } = await reader.read();
      if (signal.aborted) throw signal.reason; // a cancelled body looks like one that ended normally
      if (done) return { chunks, isWhole: true };
      bytes += value.byteLength;
      chunks.push(value);
      if (isEnough(value)) break;
    }
    return { chunks, isWhole: false };
  } finally {
    stopListening();
  }
}

/** Returns a reader of a body: a web stream, or the Node stream that some `fetch` implementations return. */
export function readerOf(body: ReadableStream<Uint8Array> | NodeStream): BodyReader {
  return "getReader" in body ? body.getReader() : toStream(body).getReader();
}

interface NodeStream extends AsyncIterable<Uint8Array> {
  readonly destroy?: () => unknown;
}

function toStream(body: NodeStream): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      body.destroy?.(); // an iterator that is waiting for a chunk, or has not been started, would not destroy it
      await iterator.return?.();
    },
  });
}

/** Decodes a whole body. A single decoder is shared, because it keeps no state between bodies. */
export function textOf(body: Uint8Array): string {
  return (decoder ??= new TextDecoder()).decode(body);
}

let decoder: TextDecoder | undefined;

/** Joins chunks into one. A single chunk is not copied. */
export function join(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) return chunks[0] as Uint8Array<ArrayBuffer>;
  const joined = new Uint8Array(chunks.reduce((length, { byteLength }) => length + byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return joined;
}
