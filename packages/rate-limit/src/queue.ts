/** A queue in which a higher rank goes first and, within a rank, the early ones before the rest, each in the order in which they came. */

/** A place in a queue. What waits extends it, so that joining allocates nothing and leaving searches nothing. */
export class Place<P extends Place<P>> {
  line: Line<P> | undefined;
  ahead: Place<P> = this;
  behind: Place<P> = this;
}

/** All who have the same rank, in a ring that the line itself closes: behind it stands the first, ahead of it the last. */
class Line<P extends Place<P>> extends Place<P> {
  readonly rank: number;
  /** Where the line stands in the heap. */
  index: number;
  lastEarly: Place<P> = this;

  constructor(rank: number, index: number) {
    super();
    this.rank = rank;
    this.index = index;
  }
}

/**
 * Joining and leaving, from anywhere, cost O(1) within a rank that is present and O(log ranks) where one comes or goes:
 * there is a list for each rank, and a heap of the lists.
 */
export class Queue<P extends Place<P>> {
  #count = 0;
  readonly #lines = new Map<number, Line<P>>();
  readonly #heap: Line<P>[] = [];

  get size(): number {
    return this.#count;
  }

  /** Whose turn it is. */
  get first(): P | undefined {
    return this.#heap[0]?.behind as P | undefined;
  }

  join(place: P, rank: number, early = false): void {
    const line = this.#lines.get(rank) ?? this.#open(rank);
    const ahead = early ? line.lastEarly : line.ahead;
    place.line = line;
    place.ahead = ahead;
    place.behind = ahead.behind;
    ahead.behind = ahead.behind.ahead = place;
    if (early) line.lastEarly = place;
    this.#count++;
  }

  leave(place: P): void {
    const { line, ahead, behind } = place;
    if (!line) return;
    ahead.behind = behind;
    behind.ahead = ahead;
    if (line.lastEarly === place) line.lastEarly = ahead;
    place.line = undefined;
    this.#count--;
    if (line.behind === line) this.#close(line);
  }

  #open(rank: number): Line<P> {
    const line = new Line<P>(rank, this.#heap.length);
    this.#lines.set(rank, line);
    this.#heap.push(line);
    this.#rise(line);
    return line;
  }

  #close(line: Line<P>): void {
    this.#lines.delete(line.rank);
    const last = this.#heap.pop();
    if (!last || last === line) return;
    this.#put(last, line.index);
    this.#rise(last);
    this.#sink(last);
  }

  #put(line: Line<P>, index: number): void {
    this.#heap[index] = line;
    line.index = index;
  }

  #rise(line: Line<P>): void {
    while (line.index > 0) {
      const index = (line.index - 1) >> 1;
      const parent = this.#heap[index];
      if (!parent || parent.rank > line.rank) return;
      this.#put(parent, line.index);
      this.#put(line, index);
    }
  }

  #sink(line: Line<P>): void {
    for (;;) {
      const left = this.#heap[2 * line.index + 1];
      const right = this.#heap[2 * line.index + 2];
      const child = right && left && right.rank > left.rank ? right : left;
      if (!child || child.rank < line.rank) return;
      const { index } = child;
      this.#put(child, line.index);
      this.#put(line, index);
    }
  }
}
