/** Decodes bytes that are complete, unlike the chunks of a stream. */

/** Decodes a whole body. A single decoder is shared, because it keeps no state between bodies. */
export function textOf(body: Uint8Array): string {
  return (decoder ??= new TextDecoder()).decode(body);
}

let decoder: TextDecoder | undefined;
