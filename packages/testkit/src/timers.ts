/** A priority queue of timers. */

/** A pending timer. */
export interface Timer {
  readonly at: number;
  readonly fn: () => void;
  /** Breaks ties between timers that are due at the same time: the lower number comes first. */
  readonly number: number;
  /** The timer's index in the heap. */
  index: number;
}

/** The pending timers. */
export interface Timers {
  readonly size: number;
  /** The timer that falls due first or, of several at the same time, the one that was armed first. */
  readonly earliest: Timer | undefined;
  /** Arms a timer. */
  arm(at: number, fn: () => void): Timer;
  /** Disarms a timer. Does nothing if it is not armed. */
  disarm(timer: Timer): void;
}

/** Creates a binary heap of timers. Arming and disarming are O(log n), so that a test can have many. */
export function timers(): Timers {
  /** No timer falls due before its parent, at half its index. */
  const heap: Timer[] = [];
  let armed = 0;

  /** Sifts a timer up or down from `index`, to where it belongs. */
  function settle(timer: Timer, index: number): void {
    for (let above = heap[(index - 1) >> 1]; above && isBefore(timer, above); above = heap[(index - 1) >> 1]) {
      const free = above.index;
      put(above, index);
      index = free;
    }
    for (let below = firstBelow(index); below && isBefore(below, timer); below = firstBelow(index)) {
      const free = below.index;
      put(below, index);
      index = free;
    }
    put(timer, index);
  }

  function firstBelow(index: number): Timer | undefined {
    const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
    return left && right && isBefore(right, left) ? right : left;
  }

  function put(timer: Timer, index: number): void {
    heap[index] = timer;
    timer.index = index;
  }

  return {
    get size() {
      return heap.length;
    },
    get earliest() {
      return heap[0];
    },
    arm(at, fn) {
      const timer = { at, fn, number: armed++, index: heap.length };
      settle(timer, heap.length);
      return timer;
    },
    disarm(timer) {
      if (heap[timer.index] !== timer) return;
      const last = heap.pop()!;
      if (last !== timer) settle(last, timer.index);
    },
  };
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.number < other.number);
}
