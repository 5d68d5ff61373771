import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import { compose, type Call, type Layer } from "@evenkeel/core";
import { semaphore, tokenBucket, type QueueOptions } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import { fakeClock } from "@evenkeel/testkit";
import { timeout } from "@evenkeel/timeout";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sequences } from "./sequences.ts";

const span = fc.integer({ min: 0, max: 8_000 });

const terms = fc.record({
  permits: fc.integer({ min: 1, max: 5 }),
  probes: fc.integer({ min: 1, max: 3 }),
  openFor: fc.integer({ min: 100, max: 5_000 }),
  probeLease: fc.integer({ min: 500, max: 4_000 }),
  hasBucket: fc.boolean(),
  /** Whether answers go on after they were returned, and may break then. */
  areStreams: fc.boolean(),
});

/** A call of one of two pipelines that share the breaker; one that goes past their limiters; or one without much time. */
const start = fc.record({
  at: span,
  pipeline: fc.nat(1),
  priority: fc.nat(2),
  goesPast: fc.boolean(),
  patience: fc.oneof({ weight: 3, arbitrary: fc.constant(Infinity) }, { weight: 1, arbitrary: span }),
});

/** While it lasts, all requests fail, or hang. */
const outage = fc.record({ from: span, lasts: fc.integer({ min: 1, max: 4_000 }), hangs: fc.boolean() });

/** What is done to the circuit by hand. */
const control = fc.record({ at: span, do: fc.constantFrom("isolate", "close", "restore") });

test("no call that a circuit holds back is lost to it, whatever happens", async () => {
  let served = 0;
  const property = fc.asyncProperty(
    terms,
    fc.array(start, { minLength: 1, maxLength: 30 }),
    fc.array(outage, { maxLength: 3 }),
    fc.array(control, { maxLength: 3 }),
    fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 5, maxLength: 5 }),
    async ({ permits, hasBucket, areStreams, ...circuit }, starts, outages, controls, durations) => {
      const clock = fakeClock();
      const breaker = circuitBreaker({ ...circuit, trip: consecutive(2), random: () => 0.5, clock });
      let requests = 0;

      const outageNow = (): (typeof outages)[number] | undefined =>
        outages.find(({ from, lasts }) => clock.now() >= from && clock.now() < from + lasts);

      function ask({ signal, work }: Call): Promise<string> {
        const down = outageNow();
        const duration = durations[requests++ % durations.length]!;
        return new Promise((resolve, reject) => {
          const stop = clock.after(down?.hangs ? Infinity : duration, () => {
            if (down) return reject(new Error("down"));
            if (areStreams) {
              const end = work.hold();
              clock.after(3 * duration, () => end(outageNow() && new Error("broken")));
            }
            resolve("served");
          });
          signal.addEventListener("abort", () => {
            stop();
            reject(signal.reason as Error);
          });
        });
      }

      const options: QueueOptions = {
        holdWhile: breaker.refuses,
        priority: ({ cost }) => cost,
        maxQueue: Infinity,
        clock,
      };
      const attempt = compose(breaker, timeout(1_000, { clock }));
      const limits = [0, 1].map(() => semaphore({ permits, ...options }));
      const pipelines = limits.map((limit): Layer => {
        const bucket = tokenBucket({ limit: 5, interval: 1_000, cost: () => 1, ...options });
        const again = retry({ retries: Infinity, backoff: constant(50), clock });
        return compose(again, ...(hasBucket ? [bucket] : []), limit, attempt);
      });

      const outcomes: string[] = [];
      for (const { at, pipeline, priority, goesPast, patience } of starts) {
        clock.after(at, () => {
          if (goesPast) void attempt.run(ask).catch(() => {});
          const layers = compose(timeout(patience, { clock }), pipelines[pipeline]!);
          layers.run(ask, { cost: priority }).then(
            (outcome) => outcomes.push(outcome),
            ({ name }: Error) => outcomes.push(patience < Infinity && name !== "CircuitOpenError" ? "too late" : name),
          );
        });
      }
      for (const { at, do: what } of controls) {
        clock.after(at, () => {
          if (what === "restore") breaker.restore(breaker.snapshot());
          else breaker[what]();
        });
      }
      clock.after(10_000, () => breaker.close());

      while (clock.now() < 600_000 && (await clock.next()));
      const inTime = outcomes.filter((outcome) => outcome !== "too late");
      expect(outcomes).toHaveLength(starts.length);
      expect(inTime).toEqual(inTime.map(() => "served"));
      served += inTime.length;
      expect([clock.pending, ...limits.map((limit) => [limit.waiting(), limit.active()])]).toEqual([0, [0, 0], [0, 0]]);
    },
  );
  await fc.assert(property, sequences());
  expect(served).toBeGreaterThan(100);
}, 600_000);
