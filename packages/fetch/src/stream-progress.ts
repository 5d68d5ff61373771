/** What has been learned about a stream so far. */
import type { Missing } from "./event-tracker.ts";
import type { ReportedError } from "./protocols/protocol.ts";

/** Follows a stream chunk by chunk, without changing the chunks. */
export interface StreamProgress {
  /** Takes the next chunk and tells whether it contained content: anything but pings and comments. */
  take(chunk: Uint8Array): boolean;
  /** Takes the end of the stream. */
  end(): void;
  /** Whether any event has arrived, even noise. */
  readonly hasEvents: boolean;
  /** Whether content, or the end, has arrived: from then on the stream is handed on, and not sent again. */
  readonly hasContent: boolean;
  /** The error that the upstream reported in the stream. */
  readonly error: ReportedError | undefined;
  /** Whether the answer is complete: nothing that follows, not even a broken connection, changes that. */
  readonly isComplete: boolean;
  /** What would be missing if the stream ended now; `undefined` if the answer is complete or the protocol unknown. */
  readonly missing: Missing | undefined;
}
