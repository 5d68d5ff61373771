/** The calls that try whether an upstream is well again. */
import type { Clock } from "@evenkeel/core";

export interface ProbeSettings {
  readonly probes: number;
  readonly probeLease: number;
  readonly clock: Clock;
}

/** The right to make a call. The result counts only while the circuit is still in the permit's generation. */
export interface Permit {
  generation: number;
  readonly isProbe: boolean;
  /** Until when a probe speaks for the whole circuit, in the clock's ms. */
  readonly leaseEnd: number;
}

/** The probes of a circuit since it was half-open. No more are sent than must succeed. */
export class Probes {
  readonly #settings: ProbeSettings;
  readonly #unanswered: Set<Permit> = new Set();
  #successes = 0;

  constructor(settings: ProbeSettings) {
    this.#settings = settings;
  }

  /** Whether another probe may go. */
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

  /** Takes note that a probe was well, if it has not been said before. Returns whether no more are needed. */
  succeed(probe: Permit): boolean {
    return this.release(probe) && ++this.#successes === this.#settings.probes;
  }

  /** Gives a probe's place free, if it still has one. */
  release(probe: Permit): boolean {
    return this.#unanswered.delete(probe);
  }

  /** A probe that was not answered in time has lost its place, and nothing that it may yet say is heard. */
  endLeases(): void {
    const now = this.#settings.clock.now();
    for (const probe of this.#unanswered) {
      if (now < probe.leaseEnd) continue;
      this.#unanswered.delete(probe);
      probe.generation = -1;
    }
  }
}
