/** The one channel on which layers tell what has happened. */

/** What every event of every layer carries. Packages add their own fields, and a literal `type`. */
export interface ResilienceEvent {
  /** A past fact in kebab-case, such as `"retry"` or `"circuit-open"`. */
  readonly type: string;
  /** The upstream that the call loads. */
  readonly key: string;
  /** The attempt that the event belongs to, from 1. */
  readonly attempt: number;
  /** The same object in every event of one logical call: a key for a `WeakMap`, with nothing to read in it. */
  readonly call: object;
}

/**
 * Receives events. Written as a method, so that a listener for one package's events is accepted where any may come.
 * A listener that throws, or returns a promise that rejects, cannot break a call: `wrap` and `run` guard it.
 */
export type Emit = { listener(event: ResilienceEvent): void }["listener"];
