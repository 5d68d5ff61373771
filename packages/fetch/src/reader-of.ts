/** Opens and releases the body of a response, whichever `fetch` it is from. */

/** Reads a body chunk by chunk. */
export type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

/** Returns a reader of a body: a web stream, or the Node stream that some `fetch` implementations return. */
export function readerOf(body: ReadableStream<Uint8Array> | NodeStream): BodyReader {
  return ("getReader" in body ? body : toStream(body)).getReader();
}

/** Cancels a body that will not be read any further. Ignores whether that fails. */
export function release(reader: BodyReader, reason?: unknown): void {
  reader.cancel(reason).catch(() => {});
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
