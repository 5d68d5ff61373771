/** The one channel on which layers report events. */

/** The fields common to all events. Each package adds its own, and a literal `type`. */
export interface ResilienceEvent {
  /** What happened, in kebab-case, such as `"retry"` or `"circuit-open"`. */
  readonly type: string;
  /** The key of the call: its upstream. */
  readonly key: string;
  /** The number of the attempt that the event belongs to, starting at 1. That of a layer above `retry`, such as a total limit, is 1. */
  readonly attempt: number;
  /** An opaque object that identifies the logical call: the same in all of its events, so usable as a `WeakMap` key. */
  readonly call: object;
}

/**
 * Receives events. A listener that throws, or returns a promise that rejects, cannot break a call: `wrap` and `run` guard it.
 * Declared as a method, whose parameters are bivariant, so that a listener for one package's events is accepted.
 */
export type Emit = { listener(event: ResilienceEvent): void }["listener"];
