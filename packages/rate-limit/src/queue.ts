/** A priority queue: the highest rank goes first and, within a rank, early entries before the others, each in order of arrival. */
import { Ring } from "@evenkeel/core";

/** Entries extend this class, so that joining allocates nothing and leaving searches nothing. */
export class QueueNode extends Ring {
  line!: Line;
}

/** The entries of one rank, the early ones first. */
class Line extends Ring {
  readonly rank: number;
  /** The line's index in the heap. */
  index!: number;
  /** The line itself if there are no early entries. */
  lastEarly: Ring = this;

  constructor(rank: number) {
    super();
    this.rank = rank;
  }
}

/**
 * A heap of lists, one list for each rank. Joining and leaving, from any position, are O(1), or O(log ranks) if that adds or removes
 * a rank.
 */
export class Queue<P extends QueueNode> {
  #count = 0;
  readonly #lines = new Map<number, Line>();
  readonly #heap: Line[] = [];

  get size(): number {
    return this.#count;
  }

  /** The entry whose turn it is. */
  get first(): P | undefined {
    return this.#heap[0]?.after as P | undefined;
  }

  /** The last entry of the rank whose turn it is. */
  get last(): P | undefined {
    return this.#heap[0]?.before as P | undefined;
  }

  join(place: P, rank: number, early?: boolean): void {
    const line = this.#lines.get(rank) ?? this.#open(rank);
    place.line = line;
    if (early) {
      line.lastEarly.after.add(place);
      line.lastEarly = place;
    } else line.add(place);
    this.#count++;
  }

  leave(place: P): void {
    const { line } = place;
    if (line.lastEarly === place) line.lastEarly = place.before;
    place.leave();
    this.#count--;
    if (line.after === line) this.#close(line);
  }

  #open(rank: number): Line {
    const line = new Line(rank);
    this.#lines.set(rank, line);
    this.#put(line, this.#heap.length);
    this.#rise(line);
    return line;
  }

  #close(line: Line): void {
    this.#lines.delete(line.rank);
    const last = this.#heap.pop()!;
    if (last === line) return;
    this.#put(last, line.index);
    this.#rise(last);
    this.#sink(last);
  }

  #put(line: Line, index: number): void {
    this.#heap[index] = line;
    line.index = index;
  }

  #swap(line: Line, other: Line): void {
    const { index } = line;
    this.#put(line, other.index);
    this.#put(other, index);
  }

  #rise(line: Line): void {
    while (line.index > 0) {
      const parent = this.#heap[(line.index - 1) >> 1]!;
      if (parent.rank > line.rank) return;
      this.#swap(line, parent);
    }
  }

  #sink(line: Line): void {
    for (;;) {
      const left = this.#heap[2 * line.index + 1];
      const right = this.#heap[2 * line.index + 2];
      const child = right && left && right.rank > left.rank ? right : left;
      if (!child || child.rank < line.rank) return;
      this.#swap(line, child);
    }
  }
}
