/** The classifier and the limits with which to tell an answer from a failure. */
import type { Classifier } from "@evenkeel/classify";
import type { Clock } from "@evenkeel/core";

/** The functions of a classifier that a fetch uses. */
export type FetchClassifier = Pick<Classifier, "classify" | "classifyResponse" | "classifyEvent">;

export interface RaiseOptions extends FetchClassifier {
  readonly clock: Clock;
  /** The most bytes of an answer to read before handing it on; 0 hands it on as soon as its headers arrive. */
  readonly peek: number;
  /** The most bytes of an error body to read. */
  readonly maxErrorBody: number;
  /** How long to read an error body, in milliseconds. */
  readonly errorBodyTimeout: number;
  /** How long a body may go unread, in milliseconds: some clients neither finish nor cancel a stream when the user leaves its loop. */
  readonly unreadTimeout: number;
  /** Whether pings and comments count as progress. */
  readonly pingsAreProgress: boolean;
}
