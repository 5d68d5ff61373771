/** Reads the beginning of a body before it is handed on. */
import { onAbort } from "@evenkeel/core";

export type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

/** What was read, as the chunks that came, and whether that was all. */
export interface Head {
  readonly chunks: Uint8Array[];
  readonly isWhole: boolean;
}

/**
 * Reads until `isEnough` says so, the body ends, or `maxBytes` have come.
 * @throws The body's error, or the signal's reason also where the body is deaf to it: then it is cancelled.
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
      if (signal.aborted) throw signal.reason; // a cancelled body seems to have ended well
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

/** Opens a body for reading: a web stream as it is, and what a `fetch` of another kind returns, such as a stream of Node's. */
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
      body.destroy?.(); // an iterator that waits for a chunk, or was not asked for one yet, would not do it
      await iterator.return?.();
    },
  });
}

/** Decodes a whole body. One decoder serves all, since it keeps nothing between two bodies. */
export function textOf(body: Uint8Array): string {
  return (decoder ??= new TextDecoder()).decode(body);
}

let decoder: TextDecoder | undefined;

/** Joins chunks into one; a single one is not copied. */
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
