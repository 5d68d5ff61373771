/** Keeps timers in the order in which they fall due. */

/** What is to happen, and when. */
export interface Timer {
  readonly at: number;
  readonly fn: () => void;
  /** Of those due together, the lower one comes first. */
  readonly number: number;
  /** Where in the heap it stands. */
  index: number;
}

/** The timers that are armed. */
export interface Timers {
  readonly size: number;
  /** The one that falls due first; of those due together, the one that was armed first. */
  readonly earliest: Timer | undefined;
  /** Arms a timer. */
  arm(at: number, fn: () => void): Timer;
  /** Disarms a timer: harmless where it has been. */
  disarm(timer: Timer): void;
}

/** Makes a binary heap of timers: each change costs O(log n), so that a test may have many. */
export function timers(): Timers {
  /** None falls due before its parent, which stands at half its index. */
  const heap: Timer[] = [];
  let armed = 0;

  /** Puts a timer where it belongs, from `index` upwards or downwards. */
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
