/** A clock that a model moves by hand: a timer only fires when the model fires it, perhaps late, and nothing else happens meanwhile. */
import type { Clock } from "@evenkeel/core";

export interface NamedTimer {
  readonly name: string;
  readonly at: number;
}

export class HandClock implements Clock {
  private time = 0;
  private readonly timers = new Set<NamedTimer & { readonly fn: () => void }>();

  /** Returns a view of this clock whose timers have a name, so that a model knows which one has fired. */
  named(name: string): Clock {
    return { now: () => this.time, after: (ms, fn) => this.arm({ name, at: this.time + Math.max(0, ms), fn }) };
  }

  now(): number {
    return this.time;
  }

  after(ms: number, fn: () => void): () => void {
    return this.named("").after(ms, fn);
  }

  /** Advances the time without firing timers. */
  move(ms: number): void {
    this.time += ms;
  }

  /** Fires the timer that has been due for longest, if one is due. */
  fire(): NamedTimer | undefined {
    const [first] = this.armed;
    if (!first || first.at > this.time) return undefined;
    this.timers.delete(first);
    first.fn();
    return first;
  }

  /** The pending timers, in the order in which they will fire. */
  get armed(): readonly (NamedTimer & { readonly fn: () => void })[] {
    return [...this.timers].toSorted((a, b) => a.at - b.at);
  }

  private arm(timer: NamedTimer & { readonly fn: () => void }): () => void {
    if (timer.at < Infinity) this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }
}

/** Lets all promises settle that do not depend on time. */
export function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
