/** Decodes bytes that do not end inside a character, as the chunks of a stream may. */

/** Decodes a whole body. A single decoder is shared, because it keeps no state between bodies. */
export function textOf(body: Uint8Array): string {
  return (decoder ??= new TextDecoder()).decode(body);
}

let decoder: TextDecoder | undefined;
