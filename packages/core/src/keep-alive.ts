/** Lets one object keep another alive, for as long as it lives itself. */

/** Makes `keeper` keep `kept`, and returns what it kept before. */
export function keepAlive(keeper: object, kept: object): object | undefined {
  try {
    return Keeper.exchange(keeper, kept);
  } catch {
    // Engines are about to let no frozen object have another private field either.
    const before = frozen.get(keeper);
    frozen.set(keeper, kept);
    return before;
  }
}

const frozen = new WeakMap<object, object>();

/** Constructs nothing: a class that derives from it puts its fields on the object that it is given. */
// oxlint-disable-next-line no-extraneous-class
class Given {
  constructor(object: object) {
    return object;
  }
}

/** A private field on a stranger's object is what an entry of a `WeakMap` is, at a tenth of its price. */
class Keeper extends Given {
  #kept: object | undefined;

  static exchange(object: object, kept: object): object | undefined {
    const keeper = #kept in object ? object : new Keeper(object);
    const before = keeper.#kept;
    keeper.#kept = kept;
    return before;
  }
}
