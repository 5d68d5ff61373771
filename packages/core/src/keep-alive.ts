/** Ties the lifetime of one object to that of another. */

/** Keeps `kept` alive for as long as `keeper` is. Replaces, and returns, what `keeper` kept before. */
export function keepAlive(keeper: object, kept: object): object | undefined {
  try {
    return Keeper.exchange(keeper, kept);
  } catch {
    // Engines are about to forbid adding private fields to non-extensible objects.
    const before = frozen.get(keeper);
    frozen.set(keeper, kept);
    return before;
  }
}

const frozen = new WeakMap<object, object>();

/** Returns the object it is given, so that a derived class adds its private fields to that. */
// oxlint-disable-next-line no-extraneous-class
class Given {
  constructor(object: object) {
    return object;
  }
}

/** A private field on a foreign object does what a `WeakMap` entry does, at a tenth of the cost. */
class Keeper extends Given {
  #kept: object | undefined;

  static exchange(object: object, kept: object): object | undefined {
    const keeper = #kept in object ? object : new Keeper(object);
    const before = keeper.#kept;
    keeper.#kept = kept;
    return before;
  }
}
