/** The state machine of one upstream's circuit. It knows no promises and no events. */
import type { Random } from "@evenkeel/core";
import type { CircuitState, OpenReason } from "./circuit-event.ts";
import type { Outcome } from "./outcome.ts";
import { Probes, type Permit, type ProbeSettings } from "./probes.ts";
import { staleAfter } from "./stale-after.ts";
import type { TripCondition, TripOutcome, TripRecord } from "./trip-condition.ts";

/** What the circuits of one breaker share. */
export interface CircuitSettings extends ProbeSettings {
  readonly trip: readonly TripCondition[];
  readonly openFor: number;
  readonly factor: number;
  readonly maxOpenFor: number;
  readonly countPer: "call" | "attempt";
  readonly random: Random;
}

/** What outlives a process: of a half-open circuit only that it is due for a probe. */
export interface CircuitMemory {
  readonly state: Exclude<CircuitState, "half-open">;
  /** When the circuit opened, or closed since, in the clock's ms. */
  readonly since: number;
  /** How long it opened last, in ms. */
  readonly openFor: number;
  /** How often it opened in a row. */
  readonly openings: number;
  /** What the trip conditions remember. */
  readonly records: readonly TripRecord[];
}

/** How much longer than told a circuit may stay open, as a share. Never shorter: nobody probes before the time that was promised. */
const jitter = 0.2;

export class Circuit {
  /** The state as of the last call; `state` is what is true now. */
  phase: CircuitState = "closed";
  /** Why it opened last. */
  reason: OpenReason = "isolated";
  openFor = 0;
  /** How many admitted calls, or their bodies, have not ended. */
  inFlight = 0;
  #since = 0;
  #openings = 0;
  readonly #settings: CircuitSettings;
  #records: readonly TripRecord[];
  #generation = 0;
  /** All calls of a generation share one permit; only probes have their own. */
  #permit: Permit = { generation: 0, isProbe: false, leaseEnd: 0 };
  /** There while the circuit is half-open. */
  #probes: Probes | undefined;
  /** The logical calls of which a failure has been counted. */
  #counted: WeakSet<object> | undefined;

  constructor(settings: CircuitSettings) {
    this.#settings = settings;
    this.#records = startRecords(settings);
  }

  get state(): CircuitState {
    return this.phase === "open" && this.remaining === 0 ? "half-open" : this.phase;
  }

  /** How many ms are left until an open circuit may be probed, or until a closed one forgets that it was open. */
  get remaining(): number {
    return Math.max(0, Math.ceil(this.#since + this.openFor - this.#settings.clock.now()));
  }

  /** Whether to forget this circuit loses no failure, no call under way, and no opening that anybody still asks about. */
  get isIdle(): boolean {
    if (this.inFlight > 0 || this.phase === "isolated") return false;
    if (this.phase !== "closed") return this.#settings.clock.now() >= this.#since + this.openFor + staleAfter;
    return this.remaining === 0 && this.#records.every((record) => record.isIdle);
  }

  get memory(): CircuitMemory {
    const state = this.phase === "half-open" ? "open" : this.phase;
    return { state, since: this.#since, openFor: this.openFor, openings: this.#openings, records: this.#records };
  }

  /** Whether a call would be admitted now. */
  get hasRoom(): boolean {
    return this.#probes?.hasRoom ?? (this.state === "closed" || this.state === "half-open");
  }

  /** Admits a call, if it can. */
  admit(): Permit | undefined {
    if (this.phase === "closed") return this.#permit;
    if (!this.hasRoom) return undefined;
    if (this.phase === "open") this.#enter("half-open");
    return this.#probes?.start(this.#generation);
  }

  /**
   * Takes note that a call went well; to say it twice of a probe is harmless.
   * @param duration Milliseconds until the call settled; 0 where no trip condition asks.
   */
  succeed(permit: Permit, duration: number): void {
    this.#probes?.endLeases();
    if (permit.generation !== this.#generation) return;
    if (permit.isProbe) this.#probed(permit, duration);
    else this.#count("success", duration);
  }

  /**
   * Takes note of what a call's end says about the upstream.
   * @param call The logical call, of which a second failure is no news.
   */
  record(permit: Permit, { health, isTimeout, retryAfter }: Outcome, duration: number, call: object): void {
    if (health === "success") return this.succeed(permit, duration);
    this.#probes?.endLeases();
    if (health === "neutral") this.#probes?.release(permit);
    else if (permit.generation !== this.#generation) this.#stayOpen(retryAfter);
    else if (permit.isProbe && this.#speaks(permit)) this.#open("probe-failed", retryAfter);
    else if (this.#isFirstFailure(call)) this.#count(isTimeout ? "timeout" : "failure", duration, retryAfter);
  }

  isolate(): void {
    this.reason = "isolated";
    this.#enter("isolated");
  }

  /** Closes the circuit and forgets all that was. */
  reset(): void {
    this.restore({ state: "closed", since: 0, openFor: 0, openings: 0, records: startRecords(this.#settings) });
  }

  restore({ state, since, openFor, openings, records }: CircuitMemory): void {
    this.#since = since;
    this.openFor = openFor;
    this.#openings = openings;
    this.#records = records;
    this.#counted = undefined;
    this.#enter(state);
  }

  #count(outcome: TripOutcome, duration: number, retryAfter = 0): void {
    for (const record of this.#records) {
      const reason = record.add(outcome, duration);
      if (reason !== undefined) return this.#open(reason, retryAfter);
    }
  }

  #open(reason: OpenReason, retryAfter = 0): void {
    const { openFor, factor, maxOpenFor, random, clock } = this.#settings;
    // Who stayed closed for as long as it was open has recovered: it is not punished for old times.
    if (this.phase === "closed" && this.remaining === 0) this.#openings = 0;
    const nominal = Math.min(maxOpenFor, openFor * factor ** this.#openings++);
    this.reason = reason;
    this.openFor = Math.max(nominal, retryAfter) + nominal * jitter * random();
    this.#since = clock.now();
    this.#enter("open");
  }

  /** A late failure is no news, but the server that it quotes knows best how long it needs. */
  #stayOpen(retryAfter: number): void {
    if (this.state !== "open") return;
    this.openFor = Math.max(this.openFor, this.#settings.clock.now() - this.#since + retryAfter);
  }

  #probed(probe: Permit, duration: number): void {
    const { trip, clock } = this.#settings;
    if (trip.some(({ slowCallDuration }) => duration >= slowCallDuration)) return this.#open("probe-failed");
    if (!this.#probes?.succeed(probe)) return;
    // The generation goes on: should the probe's body fail yet, it still speaks for the circuit.
    this.phase = "closed";
    this.#probes = undefined;
    this.#since = clock.now();
    this.#records = startRecords(this.#settings);
    this.#counted = undefined;
  }

  /** A probe whose body fails long after the circuit closed is a call like any other. */
  #speaks({ leaseEnd }: Permit): boolean {
    return this.phase === "half-open" || this.#settings.clock.now() < leaseEnd;
  }

  #isFirstFailure(call: object): boolean {
    if (this.#settings.countPer === "attempt") return true;
    this.#counted ??= new WeakSet();
    if (this.#counted.has(call)) return false;
    this.#counted.add(call);
    return true;
  }

  #enter(phase: CircuitState): void {
    this.phase = phase;
    this.#permit = { generation: ++this.#generation, isProbe: false, leaseEnd: 0 };
    this.#probes = phase === "half-open" ? new Probes(this.#settings) : undefined;
  }
}

function startRecords({ trip, clock }: CircuitSettings): readonly TripRecord[] {
  return trip.map((condition) => condition.start(clock));
}
