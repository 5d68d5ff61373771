/** Decodes bytes, each time on their own: a character that is cut off at either end becomes a replacement character. */

/** Decodes a body, or a part of it to be searched. A single decoder is shared, because without `stream` it keeps no state. */
export function textOf(body: Uint8Array): string {
  return (decoder ??= new TextDecoder()).decode(body);
}

let decoder: TextDecoder | undefined;
