/** One timer for all waiting calls, set to the earliest of the times asked for. */
import type { Clock } from "@evenkeel/core";

/** May ring early, if the call that it was set for no longer waits: the callback must check what is due, and set it again. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  /**
   * In a Cloudflare Worker a timer dies with the request that set it, and a request that waits for another one without a timer of its own is
   * ended as hung. So each call sets one there, of a second at most, to notice when the call whose turn it is has silently died.
   */
  readonly #longest = globalThis.navigator?.userAgent === "Cloudflare-Workers" ? 1_000 : undefined;
  #at = Infinity;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Makes the alarm ring in `ms` milliseconds at the latest. */
  set(ms: number): void {
    if (ms === Infinity && !this.#longest) return; // saves reading the clock
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
