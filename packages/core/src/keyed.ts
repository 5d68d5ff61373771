/** State per key, in a map that forgets idle keys. */
import { checkNumber } from "./check.ts";

export interface KeyedOptions<State> {
  /** Creates the state of a key that is new or was forgotten. */
  readonly create: (key: string) => State;
  /** Tells whether this state can be forgotten without loss: it has no permits taken, waiters, failures or open circuit. */
  readonly isIdle: (state: State) => boolean;
  /** How many idle keys to remember at least. At most twice as many are kept, plus two for each busy key. @default 1_000 */
  readonly maxKeys?: number | undefined;
}

export interface Keyed<State> {
  /** Returns the key's state, creating it if needed. */
  get(key: string): State;
  /** Returns the key's state if there is one, without creating it. */
  peek(key: string): State | undefined;
  /** How many keys are remembered. */
  readonly size: number;
  /** Returns a copy of all keys and their states. */
  entries(): [key: string, state: State][];
}

/**
 * Keeps state per key in two generations. A hit in the young one is a single lookup. When the young one is full it becomes the old one,
 * and only the busy states of the previous old one are carried over. So a lookup is amortised O(1), however many keys there are.
 * @throws {RangeError | TypeError} `maxKeys` is not an integer >= 1.
 */
export function keyed<State>({ create, isIdle, maxKeys = 1_000 }: KeyedOptions<State>): Keyed<State> {
  checkNumber("maxKeys", maxKeys, { integer: true, min: 1 });
  let young = new Map<string, State>();
  let old = new Map<string, State>();
  let room = maxKeys;

  function remember(key: string, state: State): State {
    old.delete(key);
    young.set(key, state);
    if (young.size >= room) rotate();
    return state;
  }

  function rotate(): void {
    const busy = new Map([...old].filter(([, state]) => !isIdle(state)));
    old = young;
    young = busy;
    // Grows with the busy keys, so that the cost of carrying them over is spread over at least as many new keys.
    room = maxKeys + 2 * busy.size;
  }

  return {
    get: (key) => young.get(key) ?? remember(key, old.get(key) ?? create(key)),
    peek: (key) => young.get(key) ?? old.get(key),
    get size() {
      return young.size + old.size;
    },
    entries: () => [...young, ...old],
  };
}
