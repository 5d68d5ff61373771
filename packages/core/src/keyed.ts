/** State per upstream, in a map that forgets the idle ones. */
import { checkNumber } from "./check.ts";

export interface KeyedOptions<State> {
  /** Makes the state of a key that is new, or was forgotten. */
  readonly create: (key: string) => State;
  /** Tells whether forgetting this state loses nothing: no permit, no waiter, no failure, no open circuit. */
  readonly isIdle: (state: State) => boolean;
  /** How many idle keys are remembered at least; at most twice as many are, and two more for each that is busy. @default 1_000 */
  readonly maxKeys?: number | undefined;
}

export interface Keyed<State> {
  /** Returns the state of the key, made if need be. */
  get(key: string): State;
  /** Returns the state of the key if there is one, and makes none. */
  peek(key: string): State | undefined;
  /** How many keys are remembered. */
  readonly size: number;
  /** Lists what is remembered. */
  entries(): IterableIterator<[key: string, state: State]>;
}

/**
 * Remembers state by key in two generations: a hit is one lookup, and when the young generation is full it becomes the old one,
 * of which only the busy states are carried on. So each key costs O(1), amortised, however many there are.
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
    // Between two rotations as many keys come as a rotation carries on: a crowd of busy ones is not carried for each key that is new.
    room = maxKeys + 2 * busy.size;
  }

  return {
    get: (key) => young.get(key) ?? remember(key, old.get(key) ?? create(key)),
    peek: (key) => young.get(key) ?? old.get(key),
    get size() {
      return young.size + old.size;
    },
    entries: () => [...young, ...old].values(),
  };
}
