/** The calls that test whether an upstream has recovered. */
import type { Clock } from "@evenkeel/core";

export interface ProbeSettings {
  readonly probes: number;
  readonly probeLease: number;
  readonly clock: Clock;
}

/** The admission of a call. Its result counts only while the circuit is still in the same generation. */
export interface Permit {
  /** Negative once the lease of a probe has ended without an answer. */
  generation: number;
  readonly isProbe: boolean;
  /** Until when a probe's failure opens the circuit by itself, in the clock's ms. */
  readonly leaseEnd: number;
}

/** The probes of a half-open circuit. No more are admitted than must succeed. */
export class Probes {
  readonly #settings: ProbeSettings;
  readonly #unanswered: Set<Permit> = new Set();
  #successes = 0;

  constructor(settings: ProbeSettings) {
    this.#settings = settings;
  }

  /** Whether another probe would be admitted. */
  get hasRoom(): boolean {
    this.endLeases();
    return this.#successes + this.#unanswered.size < this.#settings.probes;
  }

  start(generation: number): Permit {
    const { clock, probeLease } = this.#settings;
    const probe: Permit = { generation, isProbe: true, leaseEnd: clock.now() + probeLease };
    this.#unanswered.add(probe);
    return probe;
  }

  /** Records the success of a probe, once. Returns whether it was the last one needed. */
  succeed(probe: Permit): boolean {
    return this.release(probe) && ++this.#successes === this.#settings.probes;
  }

  /** Frees a probe's place. Returns whether it still had one. */
  release(probe: Permit): boolean {
    return this.#unanswered.delete(probe);
  }

  /** Gives an ended lease back to a probe that has succeeded after all: some answers take minutes. */
  renew(probe: Permit): void {
    probe.generation *= -1;
    this.#unanswered.add(probe);
  }

  /** Frees the places of probes whose lease has ended. Their failures are ignored from then on. */
  endLeases(): void {
    const now = this.#settings.clock.now();
    for (const probe of this.#unanswered) {
      if (now < probe.leaseEnd) continue;
      this.#unanswered.delete(probe);
      probe.generation *= -1;
    }
  }
}
