/** A circuit as its rules say it, slowly: every outcome is kept, and everything is computed anew from what is kept. */
import type { CircuitState } from "../src/index.ts";

export interface Rules {
  readonly openFor: number;
  readonly factor: number;
  readonly maxOpenFor: number;
  readonly probes: number;
  readonly probeLease: number;
  readonly countPer: "call" | "attempt";
  /** Whether the circuit must open after the last of these outcomes. */
  readonly trips: (outcomes: readonly Outcome[]) => boolean;
  /** How long a call takes to be slow. */
  readonly slowFrom: number;
}

export interface Outcome {
  readonly at: number;
  readonly is: "success" | "failure" | "timeout";
  readonly isSlow: boolean;
}

/** How a call ends. */
export type End = { readonly is: Outcome["is"] | "neutral"; readonly retryAfter?: number };

export interface Passage {
  readonly startedAt: number;
  readonly root: object;
  readonly isProbe: boolean;
  /** The transition after which it began. */
  readonly era: number;
  /** Until the call settled. */
  duration: number;
  answered: boolean;
}

interface Memory {
  readonly state: CircuitState;
  readonly since: number;
  readonly openFor: number;
  readonly openings: number;
  readonly outcomes: readonly Outcome[];
}

export class Reference {
  readonly events: string[] = [];
  private readonly rules: Rules;
  private memory: Memory = { state: "closed", since: 0, openFor: 0, openings: 0, outcomes: [] };
  private era = 0;
  private probes: Passage[] = [];
  private failed = new Set<object>();

  constructor(rules: Rules) {
    this.rules = rules;
  }

  state(now: number): CircuitState {
    const { state, since, openFor } = this.memory;
    return state === "open" && now >= since + openFor ? "half-open" : state;
  }

  retryAfter(now: number): number | undefined {
    const { since, openFor } = this.memory;
    return this.state(now) === "open" ? since + openFor - now : undefined;
  }

  hasRoom(now: number): boolean {
    const held = this.probes.filter((probe) => probe.answered || !this.isLost(probe, now));
    return this.state(now) === "closed" || (this.state(now) === "half-open" && held.length < this.rules.probes);
  }

  start(now: number, root: object): Passage | undefined {
    if (!this.hasRoom(now)) {
      this.events.push("circuit-reject");
      return undefined;
    }
    if (this.memory.state === "open") this.change({ state: "half-open" }, "circuit-half-open");
    const isProbe = this.memory.state === "half-open";
    const passage = { startedAt: now, root, isProbe, era: this.era, duration: 0, answered: false };
    if (isProbe) this.probes.push(passage);
    return passage;
  }

  /** The call has settled well, and its body goes on. */
  answer(passage: Passage, now: number): void {
    passage.duration = now - passage.startedAt;
    if (passage.isProbe) this.end(passage, { is: "success" }, now);
  }

  end(passage: Passage, { is, retryAfter = 0 }: End, now: number): void {
    const { state, since, openFor, outcomes } = this.memory;
    const isUnanswered = passage.isProbe && !passage.answered;
    // While others are probing, only its success counts; later, only its failure, as that of any call.
    const isIgnored = state === "half-open" ? is !== "success" : is === "success";
    const isLate = passage.era !== this.era || (isUnanswered && this.isLost(passage, now) && isIgnored);
    const isSlow = passage.duration >= this.rules.slowFrom;
    if (isLate) {
      const asked = now + retryAfter - since;
      if (is === "failure" && this.state(now) === "open")
        this.memory = { ...this.memory, openFor: Math.max(openFor, asked) };
    } else if (is === "neutral") {
      if (!passage.answered) this.probes = this.probes.filter((probe) => probe !== passage);
    } else if (passage.isProbe && is === "success") {
      if (passage.answered) return;
      if (isSlow) return this.open(now, 0);
      passage.answered = true;
      if (this.probes.filter(({ answered }) => answered).length < this.rules.probes) return;
      this.events.push("circuit-close");
      this.memory = { ...this.memory, state: "closed", since: now, outcomes: [] };
      this.failed.clear();
    } else if (passage.isProbe && (state === "half-open" || !this.isLost(passage, now))) {
      this.open(now, retryAfter);
    } else {
      if (is !== "success" && this.rules.countPer === "call") {
        if (this.failed.has(passage.root)) return;
        this.failed.add(passage.root);
      }
      const all = [...outcomes, { at: now, is, isSlow }];
      this.memory = { ...this.memory, outcomes: all };
      if ((is !== "success" || isSlow) && this.rules.trips(all)) this.open(now, retryAfter);
    }
  }

  isolate(): void {
    this.change({ state: "isolated" }, this.memory.state === "isolated" ? undefined : "circuit-open");
  }

  close(): void {
    const event = this.memory.state === "closed" ? undefined : "circuit-close";
    this.change({ state: "closed", since: 0, openFor: 0, openings: 0, outcomes: [] }, event);
    this.failed.clear();
  }

  save(): Memory {
    const { state } = this.memory;
    return { ...this.memory, state: state === "half-open" ? "open" : state };
  }

  restore(memory: Memory): void {
    this.change(memory);
    this.failed.clear();
  }

  private open(now: number, retryAfter: number): void {
    const { state, since, openFor, openings } = this.memory;
    const before = state === "closed" && now >= since + openFor ? 0 : openings;
    const nominal = Math.min(this.rules.maxOpenFor, this.rules.openFor * this.rules.factor ** before);
    const drawn = Math.max(nominal, retryAfter) + nominal / 10;
    this.change({ state: "open", since: now, openFor: drawn, openings: before + 1 }, "circuit-open");
  }

  private change(memory: Partial<Memory>, event?: string): void {
    this.memory = { ...this.memory, ...memory };
    this.era++;
    this.probes = [];
    if (event !== undefined) this.events.push(event);
  }

  private isLost({ startedAt }: Passage, now: number): boolean {
    return now >= startedAt + this.rules.probeLease;
  }
}
