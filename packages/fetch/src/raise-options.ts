/** What it takes to tell an answer from a failure. */
import type { Classify, Clock, Verdict } from "@evenkeel/core";
import type { Protocol } from "./protocols/protocol.ts";

/** What a response is judged by; its body is text, and may be cut. */
export interface ResponseSummary {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly url: string;
}

/** How failures are judged: the functions of `@evenkeel/classify`, or others of the same shape. */
export interface Judges {
  /** Judges what was thrown. */
  readonly classify: Classify;
  /** Judges a response that is a failure. */
  readonly classifyResponse: (summary: ResponseSummary, options: { now: number }) => Verdict;
  /** Judges an error that stands in the body of a success. */
  readonly classifyEvent: (reported: unknown, options: { url: string; now: number }) => Verdict | undefined;
}

export interface RaiseOptions {
  readonly classifyResponse: Judges["classifyResponse"];
  readonly classifyEvent: Judges["classifyEvent"];
  readonly protocols: readonly Protocol[];
  readonly clock: Clock;
  /** How much of an error body is read, and for how many milliseconds. */
  readonly errorBody: { readonly bytes: number; readonly ms: number };
  /** How many bytes of an answer are read at most before it is handed on; 0 hands it on with its headers. */
  readonly peek: number;
  /** Milliseconds for which a body may stay unread. */
  readonly unread: number;
  /** Whether pings and comments count as progress. */
  readonly pingsAreProgress: boolean;
}
