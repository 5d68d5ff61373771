/** One timer for many who wait: it rings at the earliest of the times that it was set to. */
import type { Clock } from "@evenkeel/core";

/** It may ring too early, when what it was set for has gone: whoever hears it looks what is due, and sets it again. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Infinity;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Sees to it that the alarm rings `ms` from now, or sooner. */
  set(ms: number): void {
    if (ms === Infinity) return; // spares a look at the clock where only an event can tell
    const at = this.#clock.now() + ms;
    if (at >= this.#at) return;
    this.stop();
    this.#at = at;
    this.#cancel = this.#clock.after(ms, () => {
      this.#at = Infinity;
      this.#ring();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#at = Infinity;
  }
}
