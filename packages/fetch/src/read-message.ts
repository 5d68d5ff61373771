/** Parses the binary messages of Amazon's event streams: https://smithy.io/2.0/aws/amazon-eventstream.html */
import {
  parseJson,
  reportedError,
  textAt,
  type Json,
  type ReportedError,
  type StreamEvent,
} from "./protocols/protocol.ts";
import { textOf } from "./text-of.ts";

/** The length of the prelude in bytes: total length, headers length and a checksum, 4 bytes each. */
const prelude = 12;

/** The length of the checksum after the payload, in bytes. */
const checksum = 4;

/** The length of a header's value in bytes, by its type. Values of types 6 and 7, bytes and text, carry their own length. */
const sizes = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];

/** Returns the length of the message that begins here, or `undefined` if not even that has arrived. */
export function messageLength(bytes: Uint8Array): number | undefined {
  return bytes.byteLength < 4 ? undefined : viewOf(bytes).getUint32(0);
}

/**
 * Parses one complete message. Checksums are left to the client. A `chunk` is parsed as the event of the model's own API inside it.
 * @throws {RangeError} The message is malformed.
 */
export function readMessage(bytes: Uint8Array): StreamEvent | ReportedError {
  const end = prelude + viewOf(bytes).getUint32(4);
  const headers = readHeaders(bytes.subarray(prelude, end));
  const payload = bytes.subarray(end, bytes.byteLength - checksum);
  if (headers[":message-type"] === "error")
    return failure(headers[":error-code"], { message: headers[":error-message"] });
  if (headers[":message-type"] === "exception") return failure(headers[":exception-type"], parseJson(textOf(payload)));
  const name = headers[":event-type"] ?? "";
  if (name !== "chunk") return { name, data: "", json: undefined };
  const data = textOf(fromBase64(textAt(parseJson(textOf(payload)), "bytes")));
  return { name: "", data, json: parseJson(data) };
}

function readHeaders(bytes: Uint8Array): Readonly<Record<string, string | undefined>> {
  const view = viewOf(bytes);
  const headers: Record<string, string> = {};
  for (let at = 0; at < bytes.byteLength;) {
    const nameEnd = at + 1 + view.getUint8(at);
    const type = view.getUint8(nameEnd);
    const start = nameEnd + (type === 6 || type === 7 ? 3 : 1);
    const size = sizes[type] ?? view.getUint16(nameEnd + 1);
    headers[textOf(bytes.subarray(at + 1, nameEnd))] = textOf(bytes.subarray(start, start + size));
    at = start + size;
  }
  return headers;
}

/** Returns the error body that the API sends with an error status: from it an SDK makes its own typed error. */
function failure(code = "unknown", json: Json = {}): ReportedError {
  return reportedError({ __type: code.charAt(0).toUpperCase() + code.slice(1), ...json });
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
