/** What the contract has to know of an SDK. */
import type { Reply } from "@evenkeel/testkit/server";

/** How a client is to be made. */
export interface Setting {
  readonly url: string;
  /** The fetch to send with; without it the SDK is on its own. */
  readonly fetch?: typeof fetch | undefined;
  /** How often the SDK retries by itself. */
  readonly retries: 0 | 1;
  /** The SDK's own time limit, in milliseconds. */
  readonly timeout?: number | undefined;
}

/** A client of an SDK. */
export interface Client<Chunk> {
  ask(signal?: AbortSignal): PromiseLike<unknown>;
  stream(signal?: AbortSignal): AsyncIterable<Chunk> | PromiseLike<AsyncIterable<Chunk>>;
}

/** How often something happens to a call, where the SDK retries once by itself, and the fetch once, too. */
export interface Costs {
  /** Requests to a provider that answers 503; two where the SDK's retry is not multiplied with ours. */
  readonly unavailable: number;
  /** Requests to a provider that resets every connection; three where the SDK's retry gets one attempt of ours. */
  readonly unreachable: number;
  /** Calls of the fetch while the circuit is open. */
  readonly refused: number;
  /** How often the provider fails before it answers, where an SDK would retry for ever. @default Infinity */
  readonly failures?: number;
}

/** A class of errors; what an SDK does not export is told by its name. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** One SDK, and how it behaves. */
export interface Sdk<Chunk = unknown> {
  readonly connect: (setting: Setting) => Client<Chunk>;
  /** Returns the text that a chunk of a stream brings. */
  readonly textOf: (chunk: Chunk) => string | null | undefined;
  /** Request headers that are never the same twice. @default none */
  readonly volatile?: readonly string[];

  /** Returns a failure in the form of its API. @default OpenAI's form */
  readonly failure?: (status: number) => Reply;
  /** What its API sends in a stream that fails. */
  readonly errorEvent: string | Uint8Array;

  /** The class of the errors that it makes of a status. */
  readonly error: ErrorClass | string;
  /** What it makes of a refusal: the layer's own error, or one of the SDK's. */
  readonly refusal: ErrorClass | string;
  /** What it makes of an error that is told of in a stream. */
  readonly reported: ErrorClass | string;
  /** What it makes of a stream that breaks. @default StreamError, untouched */
  readonly broken?: ErrorClass | string;

  readonly costs: Costs;
  /** What its own time limit does with a request: some abandon it without an abort, and some have none. @default "aborts" */
  readonly timeout?: "aborts" | "abandons" | "none";
  /** Whether a user can abort the wait for an answer. @default true */
  readonly canAbortWait?: boolean;
  /** What becomes of a body when the user leaves the loop: some neither read it on nor cancel it. @default "cancelled" */
  readonly left?: "cancelled" | "unread" | "read on";
}
