/** One timer for many who wait: it rings at the earliest of the times that it was set to. */
import type { Clock } from "@evenkeel/core";

/** It may ring too early, when what it was set for has gone: whoever hears it looks what is due, and sets it again. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  /**
   * In a Worker a timer goes with the request that set it, and a request without one that waits for another is taken for hung: each
   * sets its own there, and looks once a second whether the one whose turn it is has gone without a word.
   */
  readonly #longest = globalThis.navigator?.userAgent === "Cloudflare-Workers" ? 1_000 : undefined;
  #at = Infinity;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Sees to it that the alarm rings `ms` from now, or sooner. */
  set(ms: number): void {
    if (ms === Infinity && !this.#longest) return; // spares a look at the clock where only an event can tell
    const now = this.#clock.now();
    if (this.#longest) ms = Math.max(0, Math.min(ms, this.#longest, this.#at - now));
    else if (now + ms >= this.#at) return;
    this.stop();
    this.#at = now + ms;
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
