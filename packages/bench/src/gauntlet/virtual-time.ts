/** Time that passes as fast as its events can be processed. */
import type { Clock } from "@evenkeel/core";

/** A clock that jumps from event to event. */
export interface VirtualTime extends Clock {
  /**
   * Lets time pass until the promise of `main` has settled. Before each event, all promises that can settle have settled.
   * @throws {Error} No events are left, but the promise has not settled.
   */
  run<T>(main: () => Promise<T>): Promise<T>;
  /** The number of events so far. */
  readonly events: number;
}

interface Event {
  readonly at: number;
  /** Events at the same time happen in the order in which they were scheduled. */
  readonly order: number;
  /** Absent once the event is cancelled. */
  fn: (() => void) | undefined;
}

/** Saved before anything replaces it. One turn of the real event loop lets all promises settle. */
const nextTurn = globalThis.setImmediate;

/** Creates a clock that starts at `start`, in ms since the epoch. @default start 0 */
export function virtualTime(start = 0): VirtualTime {
  const heap: Event[] = [];
  let now = start;
  let planned = 0;
  let happened = 0;

  /** Fires the next event that was not cancelled. Returns whether there was one. */
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

/** Adds an event to a binary heap. Cancelled events stay in it, because thousands of timeouts are pending, nearly all of them cancelled. */
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
