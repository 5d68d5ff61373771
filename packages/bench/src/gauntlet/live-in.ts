/** Replaces the globals, so that code without an injected clock runs in virtual time as well. */
import type { Random } from "@evenkeel/core";
import type { VirtualTime } from "./virtual-time.ts";

/**
 * Replaces timers, dates, `performance`, `AbortSignal.timeout` and `Math.random` with those of `time` and `random`.
 * Promises, microtasks and `process.nextTick` stay real, because they take no time.
 * @returns A function that restores the originals.
 */
export function liveIn(time: VirtualTime, random: Random): () => void {
  const start = time.now();
  const sinceStart = (): number => time.now() - start;

  function setTimer(ms: number, fn: () => void): VirtualTimer {
    return new VirtualTimer(time, asNodeRounds(ms), fn);
  }
  const clear = (timer: unknown): void => {
    if (timer instanceof VirtualTimer) timer.close();
  };

  const replacements: readonly Replacement[] = [
    [globalThis, "setTimeout", (fn: Callback, ms: number, ...args: unknown[]) => setTimer(ms, () => fn(...args))],
    [globalThis, "setInterval", repeat],
    [globalThis, "setImmediate", (fn: Callback, ...args: unknown[]) => new VirtualTimer(time, 0, () => fn(...args))],
    [globalThis, "clearTimeout", clear],
    [globalThis, "clearInterval", clear],
    [globalThis, "clearImmediate", clear],
    [globalThis, "Date", virtualDate(time)],
    [performance, "now", sinceStart],
    [performance, "timeOrigin", start],
    [process.hrtime, "bigint", () => BigInt(Math.round(sinceStart() * 1e6))],
    [Math, "random", random],
    [AbortSignal, "timeout", timeoutSignal],
  ];

  function repeat(fn: Callback, ms: number, ...args: unknown[]): VirtualTimer {
    const timer = setTimer(ms, () => {
      timer.refresh();
      fn(...args);
    });
    return timer;
  }

  function timeoutSignal(ms: number): AbortSignal {
    const controller = new AbortController();
    const giveUp = (): void => controller.abort(new DOMException("The operation timed out", "TimeoutError"));
    setTimer(ms, giveUp);
    return controller.signal;
  }

  const restorers = replacements.map(replace);
  return () => {
    for (const restore of restorers) restore();
  };
}

type Callback = (...args: unknown[]) => void;
type Replacement = readonly [owner: object, name: string, value: unknown];

/** What `setTimeout` returns in Node. */
class VirtualTimer {
  private readonly time: VirtualTime;
  private readonly ms: number;
  private readonly fn: () => void;
  private cancel: () => void;

  constructor(time: VirtualTime, ms: number, fn: () => void) {
    this.time = time;
    this.ms = ms;
    this.fn = fn;
    this.cancel = time.after(ms, fn);
  }

  close(): void {
    this.cancel();
  }

  refresh(): this {
    this.cancel();
    this.cancel = this.time.after(this.ms, this.fn);
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

/** Node truncates delays to whole milliseconds. It treats a delay that is too short or too long as one millisecond. */
function asNodeRounds(ms: number): number {
  return ms >= 1 && ms <= 2 ** 31 - 1 ? Math.trunc(ms) : 1;
}

function virtualDate(time: VirtualTime): DateConstructor {
  return class extends Date {
    constructor(...args: []) {
      if (args.length === 0) super(time.now());
      else super(...args);
    }

    static override now(): number {
      return Math.trunc(time.now());
    }
  } as DateConstructor;
}

function replace([owner, name, value]: Replacement): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: own?.enumerable ?? true,
  });
  return () => {
    if (own) Object.defineProperty(owner, name, own);
    else Reflect.deleteProperty(owner, name);
  };
}
