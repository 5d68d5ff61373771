/** Joins the chunks of a body. */

/** Returns the chunks as one. A single chunk is not copied. */
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
