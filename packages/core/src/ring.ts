/** A list whose elements know their neighbours. */

/** A circular doubly linked list, or an element of one. Adding and removing are O(1), and twice as fast as in a `Set`, which has to hash. */
export class Ring {
  #before: Ring = this;
  #after: Ring = this;

  /** The next element, or the first one. */
  get after(): Ring {
    return this.#after;
  }

  /** Adds `last` at the end. */
  add(last: Ring): void {
    last.#before = this.#before;
    last.#after = this;
    this.#before = this.#before.#after = last;
  }

  /** Removes this element from its list. */
  leave(): void {
    this.#before.#after = this.#after;
    this.#after.#before = this.#before;
    this.#before = this.#after = this;
  }
}
