/** What is handed on of an answer whose beginning was looked into. */
import type { BodyReader } from "./reader-of.ts";
import type { StreamProgress } from "./stream-progress.ts";

/** A body whose beginning may have been read already. */
export interface OpenBody {
  readonly reader: BodyReader;
  /** The chunks that were read. They are handed on as the same objects. */
  readonly head: Uint8Array[];
  /** Follows the stream, if it may have a known protocol. */
  readonly progress?: StreamProgress | undefined;
  /** Whether a stream without a single byte is complete. @default false */
  readonly mayBeEmpty?: boolean | undefined;
}
