/** A priority queue: the highest rank goes first and, within a rank, early entries before the others, each in order of arrival. */

/** An entry's links. Entries extend this class, so that joining allocates nothing and leaving searches nothing. */
export class QueueNode<P extends QueueNode<P>> {
  line!: Line<P>;
  ahead: QueueNode<P> = this;
  behind: QueueNode<P> = this;
}

/** The entries of one rank, in a ring closed by the line itself: behind it is the first entry, ahead of it the last. */
class Line<P extends QueueNode<P>> extends QueueNode<P> {
  readonly rank: number;
  /** The line's index in the heap. */
  index!: number;
  lastEarly: QueueNode<P> = this;

  constructor(rank: number) {
    super();
    this.rank = rank;
  }
}

/**
 * A heap of lists, one list for each rank. Joining and leaving, from any position, are O(1), or O(log ranks) if that adds or removes
 * a rank.
 */
export class Queue<P extends QueueNode<P>> {
  #count = 0;
  readonly #lines = new Map<number, Line<P>>();
  readonly #heap: Line<P>[] = [];

  get size(): number {
    return this.#count;
  }

  /** The entry whose turn it is. */
  get first(): P | undefined {
    return this.#heap[0]?.behind as P | undefined;
  }

  /** The last entry of the rank whose turn it is. */
  get last(): P | undefined {
    return this.#heap[0]?.ahead as P | undefined;
  }

  join(place: P, rank: number, early?: boolean): void {
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
    ahead.behind = behind;
    behind.ahead = ahead;
    if (line.lastEarly === place) line.lastEarly = ahead;
    this.#count--;
    if (line.behind === line) this.#close(line);
  }

  #open(rank: number): Line<P> {
    const line = new Line<P>(rank);
    this.#lines.set(rank, line);
    this.#put(line, this.#heap.length);
    this.#rise(line);
    return line;
  }

  #close(line: Line<P>): void {
    this.#lines.delete(line.rank);
    const last = this.#heap.pop()!;
    if (last === line) return;
    this.#put(last, line.index);
    this.#rise(last);
    this.#sink(last);
  }

  #put(line: Line<P>, index: number): void {
    this.#heap[index] = line;
    line.index = index;
  }

  #swap(line: Line<P>, other: Line<P>): void {
    const { index } = line;
    this.#put(line, other.index);
    this.#put(other, index);
  }

  #rise(line: Line<P>): void {
    while (line.index > 0) {
      const parent = this.#heap[(line.index - 1) >> 1]!;
      if (parent.rank > line.rank) return;
      this.#swap(line, parent);
    }
  }

  #sink(line: Line<P>): void {
    for (;;) {
      const left = this.#heap[2 * line.index + 1];
      const right = this.#heap[2 * line.index + 2];
      const child = right && left && right.rank > left.rank ? right : left;
      if (!child || child.rank < line.rank) return;
      this.#swap(line, child);
    }
  }
}
