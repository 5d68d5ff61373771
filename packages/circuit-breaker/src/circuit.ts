/** The state machine of one circuit, free of promises and events. */
import { checkNumber, quietly, type Random, type Work } from "@evenkeel/core";
import type { CircuitState, OpenReason } from "./circuit-event.ts";
import type { Outcome } from "./outcome.ts";
import { Probes, type Permit, type ProbeSettings } from "./probes.ts";
import { staleAfter } from "./stale-after.ts";
import type { TripCondition, TripOutcome, TripRecord } from "./trip-condition.ts";

/** The settings that all circuits of a breaker share. */
export interface CircuitSettings extends ProbeSettings {
  readonly trip: readonly TripCondition[];
  readonly openFor: number;
  readonly factor: number;
  readonly maxOpenFor: number;
  readonly countPer: "call" | "attempt";
  readonly random: Random;
}

/** The part of a circuit's state that can outlive the process. */
export interface CircuitMemory {
  /** `open` also stands for half-open. */
  readonly state: Exclude<CircuitState, "half-open">;
  /** When the circuit last opened or closed, in the clock's ms. */
  readonly since: number;
  /** How long the last opening was to last, in ms. */
  readonly openFor: number;
  /** How many times the circuit has opened in a row. */
  readonly openings: number;
  /** The records of the trip conditions, in order. */
  readonly records: readonly TripRecord[];
}

/** The largest share of the open time that is added at random. Jitter is never subtracted, so that no probe goes before `openFor`. */
const jitter = 0.2;

export class Circuit {
  /** The state as of the last transition. `state` is the current one: the open time may have passed since. */
  phase!: CircuitState;
  /** Why the circuit last opened. */
  reason!: OpenReason;
  openFor = 0;
  /** How many admitted calls have not ended, their bodies included. */
  inFlight = 0;
  #since = 0;
  #openings = 0;
  readonly #settings: CircuitSettings;
  #records!: readonly TripRecord[];
  #generation = 0;
  /** The permit shared by all calls of a generation. Only probes have their own. */
  #permit!: Permit;
  /** Set while the circuit is half-open. */
  #probes: Probes | undefined;
  /** The logical calls whose failure has been counted. */
  #counted: WeakSet<object> | undefined;

  constructor(settings: CircuitSettings) {
    this.#settings = settings;
    this.reset();
  }

  get state(): CircuitState {
    return this.phase === "open" && this.remaining === 0 ? "half-open" : this.phase;
  }

  /** The time in ms until an open circuit admits a probe, or until a closed one has been closed for as long as it was open. */
  get remaining(): number {
    return Math.max(0, Math.ceil(this.#since + this.openFor - this.#settings.clock.now()));
  }

  /** Whether this circuit can be forgotten without losing a failure, a call in flight, or an opening that still matters. */
  get isIdle(): boolean {
    if (this.inFlight > 0 || this.phase === "isolated") return false;
    if (this.phase !== "closed") return this.#settings.clock.now() >= this.#since + this.openFor + staleAfter;
    return this.remaining === 0 && this.#records.every((record) => quietly(() => record.isIdle));
  }

  get memory(): CircuitMemory {
    const state = this.phase === "half-open" ? "open" : this.phase;
    return { state, since: this.#since, openFor: this.openFor, openings: this.#openings, records: this.#records };
  }

  /** Whether a call would be admitted now. */
  get hasRoom(): boolean {
    return this.#probes?.hasRoom ?? (this.state === "closed" || this.state === "half-open");
  }

  /** Admits a call and returns its permit, or refuses it and returns nothing. */
  admit(): Permit | undefined {
    if (this.phase === "closed") return this.#permit;
    if (!this.hasRoom) return undefined;
    if (this.phase === "open") this.#enter("half-open");
    return this.#probes!.start(this.#generation);
  }

  /**
   * Records what the end of a call says about the upstream. Recording another success of the same probe has no effect.
   * @param duration How long the call took to settle, in ms; 0 if no trip condition needs it.
   * @param work Belongs to the logical call, so that it counts as one failure at most.
   */
  record(permit: Permit, { result, retryAfter = 0 }: Outcome, duration: number, work: Work): void {
    if (result === "neutral") this.#probes?.release(permit);
    else if (permit.generation !== this.#generation) this.#stayOpen(retryAfter);
    else if (permit.isProbe && result === "success") this.#probeSucceeded(permit, duration);
    else if (permit.isProbe && this.#decides(permit)) this.#open("probe-failed", retryAfter);
    else if (!this.#probes && (result === "success" || this.#isFirstFailure(work)))
      this.#count(result, duration, retryAfter);
  }

  isolate(): void {
    this.reason = "isolated";
    this.#enter("isolated");
  }

  /** Closes the circuit and forgets its history. */
  reset(): void {
    this.restore({ state: "closed", since: 0, openFor: 0, openings: 0, records: startRecords(this.#settings) });
  }

  restore({ state, since, openFor, openings, records }: CircuitMemory): void {
    this.#since = since;
    this.openFor = openFor;
    this.#openings = openings;
    this.#records = records;
    this.#enter(state);
  }

  #count(outcome: TripOutcome, duration: number, retryAfter: number): void {
    const generation = this.#generation;
    for (const record of this.#records) {
      let reason: OpenReason | undefined;
      try {
        reason = record.add(outcome, duration);
      } catch {} // a faulty condition must not fail calls
      if (generation !== this.#generation) return; // a condition of the user's own isolated or closed the circuit
      if (reason) return this.#open(reason, retryAfter);
    }
  }

  #open(reason: OpenReason, retryAfter = 0): void {
    const { openFor, factor, maxOpenFor, random, clock } = this.#settings;
    // A circuit that was closed for as long as it had been open has recovered, so its earlier openings no longer count.
    if (this.phase === "closed" && this.remaining === 0) this.#openings = 0;
    const nominal = Math.min(maxOpenFor, openFor * factor ** this.#openings++);
    this.reason = reason;
    // NaN would leave the circuit open for ever.
    const share = quietly(() => checkNumber("random()", random(), { max: 1 })) ?? 0;
    this.openFor = Math.max(nominal, retryAfter) + nominal * jitter * share;
    this.#since = clock.now();
    this.#enter("open");
  }

  /** A call of an earlier generation does not count, but the wait that its server asks for is respected. */
  #stayOpen(retryAfter: number): void {
    if (this.state !== "open") return;
    this.openFor = Math.max(this.openFor, this.#settings.clock.now() - this.#since + retryAfter);
  }

  #probeSucceeded(probe: Permit, duration: number): void {
    const { trip, clock } = this.#settings;
    if (!this.#probes?.release(probe)) return;
    if (trip.some(({ slowCallDuration }) => duration >= slowCallDuration)) return this.#open("probe-failed");
    if (!this.#probes.succeed()) return;
    // Closes without a new generation, so that the circuit opens again if the probe's body still fails.
    this.phase = "closed";
    this.#probes = undefined;
    this.#since = clock.now();
    this.#records = startRecords(this.#settings);
  }

  /**
   * Whether a probe's failure opens the circuit by itself: before its lease ends or, if it was answered, before the circuit closes. After
   * that it is a call like any other.
   */
  #decides(probe: Permit): boolean {
    const wasAnswered = this.#probes?.release(probe) === false;
    return wasAnswered || this.#settings.clock.now() < probe.leaseEnd;
  }

  #isFirstFailure({ root }: Work): boolean {
    if (this.#settings.countPer === "attempt") return true;
    this.#counted ??= new WeakSet();
    if (this.#counted.has(root)) return false;
    this.#counted.add(root);
    return true;
  }

  #enter(phase: CircuitState): void {
    this.phase = phase;
    this.#permit = { generation: ++this.#generation, isProbe: false, leaseEnd: 0 };
    this.#probes = phase === "half-open" ? new Probes(this.#settings) : undefined;
    this.#counted = undefined;
  }
}

function startRecords({ trip, clock }: CircuitSettings): readonly TripRecord[] {
  return trip.map((condition) => condition.start(clock));
}
