/** Time that passes as fast as the events in it can be worked off. */
import type { Clock } from "@evenkeel/core";

/** A clock that jumps from event to event. */
export interface VirtualTime extends Clock {
  /**
   * Lets time pass until what `main` returns has settled. Before each event all promises that can settle have done so.
   * @throws {Error} Nothing is left to happen, and yet `main` has not settled.
   */
  run<T>(main: () => Promise<T>): Promise<T>;
  /** How many events have happened. */
  readonly events: number;
}

interface Event {
  readonly at: number;
  /** Events of the same time happen in the order in which they were planned. */
  readonly order: number;
  /** Absent once it was cancelled. */
  fn: (() => void) | undefined;
}

/** Taken before anything can replace it: one turn of the real loop lets every promise settle. */
const nextTurn = globalThis.setImmediate;

/** Makes a clock that starts at `start`, in ms since the epoch. @default start 0 */
export function virtualTime(start = 0): VirtualTime {
  const heap: Event[] = [];
  let now = start;
  let planned = 0;
  let happened = 0;

  /** Fires the next event that was not cancelled; returns whether there was one. */
  function step(): boolean {
    for (let event = pop(heap); event; event = pop(heap)) {
      if (!event.fn) continue;
      now = event.at;
      happened++;
      event.fn();
      return true;
    }
    return false;
  }

  return {
    now: () => now,
    after(ms, fn) {
      if (!(ms < Infinity)) return () => {};
      const event: Event = { at: now + Math.max(0, ms), order: planned++, fn };
      push(heap, event);
      return () => {
        event.fn = undefined;
      };
    },
    run<T>(main: () => Promise<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        let isOver = false;
        const end = (): void => {
          isOver = true;
        };
        const ended = main();
        ended.then(end, end);
        ended.then(resolve, reject);
        nextTurn(function turn() {
          if (isOver) return;
          try {
            if (step()) nextTurn(turn);
            else reject(new Error("Nothing is left to happen, and yet it is not over"));
          } catch (error) {
            reject(error);
          }
        });
      });
    },
    get events() {
      return happened;
    },
  };
}

/** A binary heap, the next event first: thousands of limits are armed at a time, and nearly all are cancelled. */
function push(heap: Event[], event: Event): void {
  let index = heap.length;
  while (index > 0) {
    const parent = heap[(index - 1) >> 1]!;
    if (isBefore(parent, event)) break;
    heap[index] = parent;
    index = (index - 1) >> 1;
  }
  heap[index] = event;
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!last || last === first) return first;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    const smaller = heap[child];
    if (!smaller || isBefore(last, smaller)) break;
    heap[index] = smaller;
    index = child;
  }
  heap[index] = last;
  return first;
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
