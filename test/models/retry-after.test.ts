import { circuitBreaker, CircuitOpenError, consecutive } from "@evenkeel/circuit-breaker";
import { compose, sleep, type Call, type Layer, type Verdict } from "@evenkeel/core";
import { RateLimitError, semaphore, tokenBucket } from "@evenkeel/rate-limit";
import { fakeClock, type FakeClock } from "@evenkeel/testkit";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sequences } from "./sequences.ts";

const verdicts = {
  overloaded: { action: "retry", kind: "overloaded", processed: "maybe", health: "failure", retryAfter: 1_234.5 },
  undone: { action: "retry", kind: "network", processed: "no", health: "failure" },
  throttled: { action: "retry", kind: "rate-limit", processed: "no", health: "neutral", retryAfter: 1_700.3 },
} satisfies Record<string, Verdict>;
type Ending = keyof typeof verdicts | "done";

const start = fc.record({
  /** How long after the previous call this one starts. */
  gap: fc.constantFrom(0, 0, 7, 130, 900),
  cost: fc.integer({ min: 0, max: 10 }),
  lasts: fc.integer({ min: 0, max: 2_000 }),
  ending: fc.constantFrom<Ending[]>("done", "done", "overloaded", "undone", "throttled"),
  patience: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 2_000 })),
});
type Start = typeof start extends fc.Arbitrary<infer T> ? T : never;
const starts = fc.array(start, { minLength: 2, maxLength: 15 });

type Refusal = RateLimitError | CircuitOpenError;

/** Makes calls until one is refused. From then on it makes no others, and those that are running succeed. */
class World {
  readonly clock: FakeClock = fakeClock(1_700_000_000_000);
  private isQuiet = false;
  private readonly layer: Layer;

  constructor(build: (clock: FakeClock) => Layer) {
    this.layer = build(this.clock);
  }

  /** Returns the refusal after `skip` others, and the call that was refused. */
  async untilRefused(starts: readonly Start[], skip: number): Promise<{ start: Start; error: Refusal } | undefined> {
    const refused: { start: Start; error: Refusal }[] = [];
    const attempt = async (start: Start): Promise<void> => {
      const error = this.isQuiet ? undefined : await this.call(start);
      if (error) this.isQuiet = refused.push({ start, error }) > skip;
    };
    let at = 0;
    for (const start of starts) this.clock.after((at += start.gap), () => void attempt(start));
    while (!this.isQuiet && (await this.clock.next()));
    return refused[skip];
  }

  /** Repeats the call after `ms`. Returns why it is refused at once, if it is. */
  async repeat(start: Start, ms: number): Promise<string | undefined> {
    await this.clock.advance(ms);
    let refusal: Refusal | undefined;
    void this.call(start).then((error) => (refusal = error));
    await this.clock.advance(0);
    return refusal instanceof RateLimitError ? refusal.reason : refusal?.state;
  }

  /** Returns the refusal, if the call is refused. */
  private async call({ cost, lasts, ending, patience }: Start): Promise<Refusal | undefined> {
    const operate = async ({ signal }: Call): Promise<void> => {
      await sleep(this.clock, lasts, signal);
      if (ending === "done" || this.isQuiet) return;
      throw Object.assign(new Error(ending), { verdict: verdicts[ending] });
    };
    try {
      await this.layer.run(operate, { cost, deadline: this.clock.now() + patience });
    } catch (error) {
      if (error instanceof RateLimitError || error instanceof CircuitOpenError) return error;
    }
    return undefined;
  }
}

const limits = fc.record({
  isBucket: fc.boolean(),
  limit: fc.integer({ min: 1, max: 10 }),
  maxQueue: fc.constantFrom(0, 1, 3, Infinity),
  queueTimeout: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 1_500 })),
});

test("after exactly the wait that a limiter's refusal names, the call is not refused again for the same reason", async () => {
  const tested: Record<string, number> = {};
  const property = fc.asyncProperty(limits, starts, fc.nat(3), async ({ isBucket, limit, ...queue }, starts, skip) => {
    let waiting = (): number => 0;
    const world = new World((clock) => {
      const options = { ...queue, clock };
      const layer = isBucket
        ? tokenBucket({ limit, interval: 1_000, burst: 10, ...options })
        : semaphore({ permits: limit, ...options });
      waiting = layer.waiting;
      return layer;
    });
    const refused = await world.untilRefused(starts, skip);
    if (!(refused?.error instanceof RateLimitError)) return;
    const { start, error } = refused;
    // A bucket that names no wait has room now. Nobody knows when a permit will be released.
    const { reason, retryAfter = isBucket ? 1 : undefined } = error;
    if (retryAfter === undefined) return;
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(10_000);
    // Of those ahead, only the first has started by then, so a call that cannot wait for the others may be refused again.
    if (reason !== "queue-full" && waiting() > 0) return;
    tested[reason] = (tested[reason] ?? 0) + 1;
    expect(await world.repeat(start, retryAfter)).not.toBe(reason);
  });
  await fc.assert(property, sequences());
  expect(Object.keys(tested).toSorted()).toEqual(["deadline", "paused", "queue-full", "queue-timeout"]);
}, 600_000);

const circuits = fc.record({
  openFor: fc.double({ min: 1, max: 3_000, noNaN: true }),
  factor: fc.constantFrom(1, 2),
  probes: fc.integer({ min: 1, max: 2 }),
  random: fc.double({ min: 0, max: 1, noNaN: true }),
  hasGate: fc.boolean(),
});

test("an open circuit refuses until exactly the wait that it names is over", async () => {
  let tested = 0;
  const property = fc.asyncProperty(
    circuits,
    starts,
    fc.nat(3),
    async ({ random, hasGate, ...options }, starts, skip) => {
      const world = new World((clock) => {
        const breaker = circuitBreaker({ trip: consecutive(2), random: () => random, clock, ...options });
        return hasGate ? compose(breaker.gate, breaker) : breaker;
      });
      const refused = await world.untilRefused(starts, skip);
      if (!(refused?.error instanceof CircuitOpenError)) return;
      const { start, error } = refused;
      const { state, retryAfter } = error;
      expect(retryAfter === undefined).toBe(state !== "open");
      if (retryAfter === undefined) return;
      expect(await world.repeat(start, retryAfter - 1)).toBe("open");
      expect(await world.repeat(start, 1)).toBeUndefined();
      tested++;
    },
  );
  await fc.assert(property, sequences());
  expect(tested).toBeGreaterThan(50);
}, 600_000);
