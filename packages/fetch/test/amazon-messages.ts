/** Messages of Amazon's event streams, made by hand: https://smithy.io/2.0/aws/amazon-eventstream.html */
import { crc32 } from "node:zlib";

/** Encodes a message whose headers are all text. */
export function amazonMessage(headers: Readonly<Record<string, string>>, payload: unknown): Uint8Array<ArrayBuffer> {
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) =>
      Buffer.concat([prefixed(name, 1), Buffer.from([7]), prefixed(value, 2)]),
    ),
  );
  const body = Buffer.from(JSON.stringify(payload));
  const length = head.byteLength + body.byteLength + 16;
  const prelude = Buffer.concat([number(length), number(head.byteLength)]);
  const message = Buffer.concat([prelude, number(crc32(prelude)), head, body]);
  return new Uint8Array(Buffer.concat([message, number(crc32(message))]));
}

/** Encodes an event. */
export function amazonEvent(name: string, payload: unknown = {}): Uint8Array<ArrayBuffer> {
  return amazonMessage({ ":message-type": "event", ":event-type": name, ":content-type": "application/json" }, payload);
}

/** Encodes the event of a model's own API. */
export function amazonChunk(event: unknown): Uint8Array<ArrayBuffer> {
  return amazonEvent("chunk", { bytes: Buffer.from(JSON.stringify(event)).toString("base64") });
}

/** Encodes an exception. */
export function amazonException(name: string, message: string): Uint8Array<ArrayBuffer> {
  const headers = { ":message-type": "exception", ":exception-type": name, ":content-type": "application/json" };
  return amazonMessage(headers, { message });
}

function prefixed(text: string, bytes: 1 | 2): Buffer {
  const length = Buffer.alloc(bytes);
  length.writeUIntBE(Buffer.byteLength(text), 0, bytes);
  return Buffer.concat([length, Buffer.from(text)]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
