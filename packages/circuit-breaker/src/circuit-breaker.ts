/** Stops calling a failing upstream, and probes it until it has recovered. */
import {
  checkFunction,
  checkNumber,
  checkOneOf,
  checkOptions,
  invoke,
  keyed,
  layer,
  startCall,
  systemClock,
  systemRandom,
  untilAborted,
  type Call,
  type Classify,
  type Clock,
  type Emit,
  type Layer,
  type Next,
  type Random,
} from "@evenkeel/core";
import type { CircuitState } from "./circuit-event.ts";
import { readCircuits, saveCircuits, type CircuitSnapshot } from "./circuit-snapshot.ts";
import { Circuit } from "./circuit.ts";
import { emitTransition } from "./emit-transition.ts";
import { gate } from "./gate.ts";
import { outcomeOf, success } from "./outcome.ts";
import type { Permit } from "./probes.ts";
import { refuse } from "./refuse.ts";
import { timeWindow } from "./time-window.ts";
import type { TripCondition } from "./trip-condition.ts";

export interface CircuitBreakerOptions {
  /** What opens a circuit: a condition, or several, any of which suffices. @default timeWindow({ duration: 30_000, failureRate: 0.5, minimumCalls: 20 }) */
  readonly trip?: TripCondition | readonly TripCondition[] | undefined;
  /** How long a circuit stays open before it is probed, in ms. Jitter adds up to 20 %; a `Retry-After` of up to ten minutes is respected. @default 2_000 */
  readonly openFor?: number | undefined;
  /** Multiplies `openFor` each time that a circuit opens again before it has been closed for as long as it was open. @default 1 */
  readonly factor?: number | undefined;
  /** The longest that `openFor` grows to, in ms. @default Math.max(60_000, openFor) */
  readonly maxOpenFor?: number | undefined;
  /** How many calls probe a half-open circuit. It closes when all of them have succeeded, and opens when one fails. @default 1 */
  readonly probes?: number | undefined;
  /** How long to wait for a probe's answer before another probe takes its place, in ms. @default 60_000 */
  readonly probeLease?: number | undefined;
  /** Whether every failed attempt counts, or only the first of each logical call. @default "call" */
  readonly countPer?: "call" | "attempt" | undefined;
  /** Classifies failures, ahead of the error's own verdict and the call's `classify`. Only the `health` `"failure"` counts as one. @default none */
  readonly classify?: Classify | undefined;
  /** Receives the events of `isolate` and `close`, which belong to no call. All others go to the call's own `emit`. @default none */
  readonly emit?: Emit | undefined;
  /** How many idle circuits to remember at least. @default 1_000 */
  readonly maxKeys?: number | undefined;
  /** The clock for windows, open times and leases. @default systemClock */
  readonly clock?: Clock | undefined;
  /** The source of randomness. @default systemRandom */
  readonly random?: Random | undefined;
}

export interface CircuitBreaker extends Layer {
  /** Returns the current state of the key's circuit, without changing it. @default key "default" */
  state(key?: string): CircuitState;
  /** Returns whether a call of the key would be refused now, without changing anything. @default key "default" */
  refuses(key?: string): boolean;
  /** Opens the key's circuit until `close` is called. @default key "default" */
  isolate(key?: string): void;
  /** Closes the key's circuit, and forgets its failures and openings. @default key "default" */
  close(key?: string): void;
  /** Returns the state of all circuits as plain JSON. */
  snapshot(): CircuitSnapshot;
  /**
   * Replaces the circuits that the snapshot contains, and leaves all others alone. Calls in flight do not count in the replaced ones.
   * Emits no events.
   * @throws {RangeError | TypeError} Not a valid snapshot of a breaker with these trip conditions. No circuit is changed then.
   */
  restore(snapshot: CircuitSnapshot): void;
  /** A layer that refuses what the breaker would refuse, but counts nothing. Put it above a queue that stands above the breaker. */
  readonly gate: Layer;
}

/**
 * Refuses calls to an upstream while too many of them fail, and probes it from time to time until a probe succeeds. Each `call.key` has
 * its own circuit. Aborts by the caller, and failures that the verdict does not blame on the upstream, do not count.
 * @example
 * const breaker = circuitBreaker();
 * const answer = await breaker.run(({ signal }) => ask(signal));
 * @throws {CircuitOpenError} The circuit is not closed, and the operation was not called.
 * @throws {RangeError | TypeError} An option is invalid.
 */
export function circuitBreaker({
  trip = timeWindow({ duration: 30_000, failureRate: 0.5, minimumCalls: 20 }),
  openFor = 2_000,
  factor = 1,
  maxOpenFor = Math.max(60_000, openFor),
  probes = 1,
  probeLease = 60_000,
  countPer = "call",
  classify,
  emit,
  maxKeys,
  clock = systemClock,
  random = systemRandom,
}: CircuitBreakerOptions = {}): CircuitBreaker {
  checkOptions(arguments[0]);
  const conditions = [trip].flat();
  conditions.forEach((condition, i) => checkFunction(`trip[${i}].start`, condition?.start));
  checkNumber("openFor", openFor, { exclusive: true, max: Number.MAX_SAFE_INTEGER });
  checkNumber("factor", factor, { min: 1, max: Number.MAX_SAFE_INTEGER });
  checkNumber("maxOpenFor", maxOpenFor, { min: openFor, max: Number.MAX_SAFE_INTEGER });
  checkNumber("probes", probes, { integer: true, min: 1, max: Number.MAX_SAFE_INTEGER });
  checkNumber("probeLease", probeLease, { exclusive: true });
  checkOneOf("countPer", countPer, ["call", "attempt"]);
  if (classify) checkFunction("classify", classify);
  if (emit) checkFunction("emit", emit);
  checkFunction("clock.now", clock?.now);
  checkFunction("random", random);

  /** Reads no clock if no condition asks how long a call takes. */
  const now = conditions.some(({ slowCallDuration }) => slowCallDuration < Infinity) ? () => clock.now() : () => 0;
  const settings = { trip: conditions, openFor, factor, maxOpenFor, probes, probeLease, countPer, clock, random };
  const circuits = keyed({
    create: () => new Circuit(settings),
    isIdle: (circuit) => circuit.isIdle,
    maxKeys,
  });

  return layer(
    function circuitBreaker<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
      if (call.signal.aborted) return Promise.reject(call.signal.reason);
      const circuit = circuits.get(call.key);
      const was = circuit.phase;
      const permit = circuit.admit();
      if (permit === undefined) return refuse(call, circuit);
      circuit.inFlight++; // before anything that may call many other keys, because this circuit would then be forgotten
      emitTransition(call, circuit, was);
      const startedAt = now();
      let duration = 0;
      return start(permit, call, next).then(
        (result) => {
          duration = now() - startedAt;
          // The upstream answers again. To refuse all calls until the end of the probe's stream would prolong the outage.
          if (permit.isProbe && call.work.held) succeeded(circuit, permit, call, duration);
          call.work.over((error) => {
            circuit.inFlight--;
            if (error === undefined) succeeded(circuit, permit, call, duration);
            else failed(circuit, permit, call, duration, error);
          });
          return result;
        },
        (error: unknown) => {
          circuit.inFlight--;
          failed(circuit, permit, call, now() - startedAt, error);
          throw error;
        },
      );
    },
    {
      state: (key = "default") => circuits.peek(key)?.state ?? "closed",
      refuses: (key = "default") => circuits.peek(key)?.hasRoom === false,
      isolate: (key = "default") => control(key, (circuit) => circuit.isolate()),
      close: (key = "default") => control(key, (circuit) => circuit.reset()),
      snapshot: () => saveCircuits(circuits.entries(), settings),
      restore(snapshot) {
        for (const [key, memory] of readCircuits(snapshot, settings)) circuits.get(key).restore(memory);
      },
      gate: gate(circuits),
    } satisfies Omit<CircuitBreaker, keyof Layer>,
  );

  function succeeded(circuit: Circuit, permit: Permit, call: Call, duration: number): void {
    // An outer layer gave up on the call, but the operation ignored its signal.
    if (call.signal.aborted) return failed(circuit, permit, call, duration, call.signal.reason);
    const was = circuit.phase;
    circuit.record(permit, success, duration, call.work);
    emitTransition(call, circuit, was);
  }

  function failed(circuit: Circuit, permit: Permit, call: Call, duration: number, error: unknown): void {
    const outcome = outcomeOf(call, error, classify);
    const was = circuit.phase; // only now, because `classify` may isolate the circuit
    circuit.record(permit, outcome, duration, call.work);
    emitTransition(call, circuit, was, error);
  }

  function control(key: string, change: (circuit: Circuit) => void): void {
    const circuit = circuits.get(key);
    const was = circuit.phase;
    change(circuit);
    emitTransition(startCall(undefined, { key, emit }), circuit, was);
  }
}

/** Settles on abort even if the operation ignores its signal, so that a probe frees its place and a hang counts when an outer limit ends it. */
function start<I, O>({ isProbe }: Permit, call: Call<I>, next: Next<I, O>): Promise<O> {
  const answer = invoke(next, call);
  return isProbe || call.deadline < Infinity ? untilAborted(answer, call.signal, call.work) : answer;
}
