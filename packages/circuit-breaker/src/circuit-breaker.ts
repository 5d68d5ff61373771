/** Stops calling an upstream that fails, and probes it until it is well. */
import {
  checkFunction,
  checkNumber,
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
import { gate } from "./gate.ts";
import { outcomeOf } from "./outcome.ts";
import type { Permit } from "./probes.ts";
import { refuse } from "./refuse.ts";
import { tell } from "./tell.ts";
import { timeWindow } from "./time-window.ts";
import type { TripCondition } from "./trip-condition.ts";

export interface CircuitBreakerOptions {
  /** What opens a circuit: a condition, or several of which any will do. @default timeWindow({ duration: 30_000, failureRate: 0.5, minimumCalls: 20 }) */
  readonly trip?: TripCondition | readonly TripCondition[] | undefined;
  /** How long a circuit stays open before it is probed, in ms; up to 20 % longer by chance, and never shorter than a server's `Retry-After` of up to ten minutes. @default 2_000 */
  readonly openFor?: number | undefined;
  /** By how much `openFor` grows each time that a circuit opens anew before it has been closed for as long as it was open; 1 for not at all. @default 1 */
  readonly factor?: number | undefined;
  /** The most that `openFor` grows to, in ms. @default Math.max(60_000, openFor) */
  readonly maxOpenFor?: number | undefined;
  /** How many calls probe a half-open circuit: when all have succeeded it closes, when one fails it opens. @default 1 */
  readonly probes?: number | undefined;
  /** How long a probe may take to be answered before another goes in its place, in ms. @default 60_000 */
  readonly probeLease?: number | undefined;
  /** Whether each failed attempt counts, or only the first of a logical call. @default "call" */
  readonly countPer?: "call" | "attempt" | undefined;
  /** Judges failures before anyone else: those of which the `health` is `"neutral"` do not count. @default none */
  readonly classify?: Classify | undefined;
  /** Receives the events of `isolate` and `close`, which no call causes. All others go to the listener of their call. @default none */
  readonly emit?: Emit | undefined;
  /** How many idle circuits are remembered at least. @default 1_000 */
  readonly maxKeys?: number | undefined;
  /** Tells the time. @default systemClock */
  readonly clock?: Clock | undefined;
  /** The source of chance. @default systemRandom */
  readonly random?: Random | undefined;
}

export interface CircuitBreaker extends Layer {
  /** Returns the state of a key's circuit as it is now, and changes nothing. */
  state(key?: string): CircuitState;
  /** Tells whether a call of this key would be refused now, and changes nothing. */
  refuses(key?: string): boolean;
  /** Opens a key's circuit until `close` is called. */
  isolate(key?: string): void;
  /** Closes a key's circuit, and forgets its failures and openings. */
  close(key?: string): void;
  /** Returns what all circuits remember, as plain JSON. */
  snapshot(): CircuitSnapshot;
  /**
   * Replaces the circuits that the snapshot names, and leaves the others; calls under way change nothing any more. Emits no event.
   * @throws {RangeError | TypeError} It is no snapshot of a breaker with these trip conditions. Then nothing has changed.
   */
  restore(snapshot: CircuitSnapshot): void;
  /** Refuses what the breaker would refuse, and counts nothing: a layer to stand above a queue that the breaker stands below. */
  readonly gate: Layer;
}

/**
 * Refuses calls to an upstream of which too many fail, then lets a probe through from time to time until one succeeds. Each `call.key`
 * has a circuit of its own. A caller's abort, and what the verdict says is no fault of the upstream, does not count.
 * @example
 * const breaker = circuitBreaker();
 * const answer = await breaker.run(({ signal }) => ask(signal));
 * @throws {CircuitOpenError} The circuit is open; the operation was not called.
 * @throws {RangeError | TypeError} An option is out of range.
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
  const conditions = [trip].flat();
  conditions.forEach((condition, i) => checkFunction(`trip[${i}].start`, condition?.start));
  checkNumber("openFor", openFor, { exclusive: true, max: Number.MAX_SAFE_INTEGER });
  checkNumber("factor", factor, { min: 1, max: Number.MAX_SAFE_INTEGER });
  checkNumber("maxOpenFor", maxOpenFor, { min: openFor, max: Number.MAX_SAFE_INTEGER });
  checkNumber("probes", probes, { integer: true, min: 1, max: Number.MAX_SAFE_INTEGER });
  checkNumber("probeLease", probeLease, { exclusive: true });
  if (countPer !== "call" && countPer !== "attempt")
    throw new TypeError(`Expected \`countPer\` to be "call" or "attempt", got ${JSON.stringify(countPer)}`);
  if (classify) checkFunction("classify", classify);
  if (emit) checkFunction("emit", emit);
  checkFunction("clock.now", clock?.now);
  checkFunction("random", random);

  const isTimed = conditions.some(({ slowCallDuration }) => slowCallDuration < Infinity);
  const settings = { trip: conditions, openFor, factor, maxOpenFor, probes, probeLease, countPer, clock, random };
  const circuits = keyed({
    create: () => new Circuit(settings),
    isIdle: (circuit) => circuit.isIdle,
    maxKeys,
  });

  return layer(
    function circuitBreaker<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
      const circuit = circuits.get(call.key);
      const was = circuit.phase;
      if (was !== "closed" && call.signal.aborted) return Promise.reject(call.signal.reason);
      const permit = circuit.admit();
      if (permit === undefined) return refuse(call, circuit);
      if (circuit.phase !== was) tell(call, circuit);

      const startedAt = isTimed ? clock.now() : 0;
      let duration = 0;
      const outcome = start(permit, call, next).then(
        (result) => {
          if (isTimed) duration = clock.now() - startedAt;
          // The upstream answers again: to refuse all calls until the probe's stream has ended would prolong the outage.
          if (permit.isProbe && call.work.held) succeeded(circuit, permit, call, duration);
          call.work.over((error) => {
            circuit.inFlight--;
            if (error === undefined) succeeded(circuit, permit, call, duration);
            else failed(circuit, permit, call, duration, error);
          });
          return result;
        },
        (error: unknown) => {
          if (isTimed) duration = clock.now() - startedAt;
          circuit.inFlight--;
          failed(circuit, permit, call, duration, error);
          throw error;
        },
      );
      circuit.inFlight++;
      return outcome;
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
    // Given up, and did not notice.
    if (call.signal.aborted) return failed(circuit, permit, call, duration, call.signal.reason);
    const was = circuit.phase;
    circuit.succeed(permit, duration);
    if (circuit.phase !== was) tell(call, circuit);
  }

  function failed(circuit: Circuit, permit: Permit, call: Call, duration: number, error: unknown): void {
    const was = circuit.phase;
    circuit.record(permit, outcomeOf(call, error, classify), duration, call.work.root);
    if (circuit.phase !== was) tell(call, circuit, error);
  }

  function control(key: string, change: (circuit: Circuit) => void): void {
    const circuit = circuits.get(key);
    const was = circuit.phase;
    change(circuit);
    if (circuit.phase !== was) tell(startCall(undefined, { key, emit }), circuit);
  }
}

/** Hears an abort at once, however deaf the operation is: a probe frees its place, and a hang that an outer limit cuts counts. */
function start<I, O>({ isProbe }: Permit, call: Call<I>, next: Next<I, O>): Promise<O> {
  try {
    return isProbe || call.deadline < Infinity ? untilAborted(next(call), call.signal) : next(call);
  } catch (error) {
    return Promise.reject(error);
  }
}
