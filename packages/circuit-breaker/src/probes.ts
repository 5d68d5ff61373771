/** The calls that test whether an upstream has recovered. */
import type { Clock } from "@evenkeel/core";

export interface ProbeSettings {
  readonly probes: number;
  readonly probeLease: number;
  readonly clock: Clock;
}

/** The admission of a call. Its result counts only while the circuit is still in the same generation. */
export interface Permit {
  readonly generation: number;
  readonly isProbe: boolean;
  /** Until when a probe's failure opens the circuit by itself, in the clock's ms. */
  readonly leaseEnd: number;
}

/** The probes of a half-open circuit. No more are admitted than must succeed. */
export class Probes {
  readonly #settings: ProbeSettings;
  readonly #awaited: Set<Permit> = new Set();
  #successes = 0;

  constructor(settings: ProbeSettings) {
    this.#settings = settings;
  }

  /** Whether another probe would be admitted. A probe whose lease has ended leaves its place to another. */
  get hasRoom(): boolean {
    const now = this.#settings.clock.now();
    let places = this.#settings.probes - this.#successes;
    for (const { leaseEnd } of this.#awaited) if (now < leaseEnd) places--;
    return places > 0;
  }

  start(generation: number): Permit {
    const leaseEnd = this.#settings.clock.now() + this.#settings.probeLease;
    const probe: Permit = { generation, isProbe: true, leaseEnd };
    this.#awaited.add(probe);
    return probe;
  }

  /** Records a success. Returns whether it was the last one needed. */
  succeed(): boolean {
    return ++this.#successes === this.#settings.probes;
  }

  /** Stops waiting for a probe. Returns whether it was still awaited. */
  release(probe: Permit): boolean {
    return this.#awaited.delete(probe);
  }
}
