import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import { sleep } from "@evenkeel/core";
import { resilientFetch } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { fakeClock, seededRandom } from "@evenkeel/testkit";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sequences } from "./sequences.ts";

const url = "https://api.example.com/v1/chat/completions";
const limits = { connect: 1_000, firstContent: 10_000, gap: 10_000, total: 15_000 };

/** By when calls succeed again: two hung probes, a hint, a slow start, and what had been waiting. In ms after the outage. */
const recovered = 60_000;

const failures = {
  overloaded: () => Response.json({ error: { message: "Overloaded", type: "server_error" } }, { status: 503 }),
  throttled: () => Response.json({ error: {} }, { status: 429, headers: { "retry-after": "3" } }),
  reset: () => Promise.reject(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })),
  hangs: () => Promise.reject(new Error("unreachable")),
};

const world = fc.record({
  seed: fc.nat(),
  /** How long an answer takes at least, in ms; at most half as long again. A probe, a slow start and a batch must fit into the total limit. */
  latency: fc.integer({ min: 10, max: 1_000 }),
  permits: fc.integer({ min: 1, max: 4 }),
  /** How many calls come at once for each permit. */
  batch: fc.integer({ min: 1, max: 2 }),
  /** How much of the limiter's capacity the calls take. */
  load: fc.double({ min: 0.2, max: 0.7, noNaN: true }),
  outage: fc.integer({ min: 1_000, max: 60_000 }),
  failure: fc.constantFrom<(keyof typeof failures)[]>("overloaded", "throttled", "reset", "hangs"),
  whenOpen: fc.constantFrom<("refuse" | "wait")[]>("refuse", "wait"),
  patience: fc.constantFrom(Infinity, 3_000),
});

test("once the provider is back, calls succeed again, and nothing is left of the outage", async () => {
  const property = fc.asyncProperty(world, async ({ seed, latency, permits, batch, load, outage, failure, ...how }) => {
    const clock = fakeClock();
    const random = seededRandom(seed);
    let down = true;

    async function fetch(_url: unknown, init?: RequestInit): Promise<Response> {
      const signal = init!.signal!;
      if (!down) {
        await sleep(clock, latency * (1 + random() / 2), signal);
        return Response.json({ choices: [] });
      }
      await sleep(clock, failure === "hangs" ? Infinity : 20, signal);
      return failures[failure]();
    }

    const rateLimit = semaphore({ permits, clock });
    const breaker = circuitBreaker({ trip: consecutive(4), clock, random });
    const { whenOpen } = how;
    const resilient = resilientFetch({ fetch, clock, random, breaker, rateLimit, whenOpen, profile: limits });

    let longest = 0;
    async function ask(): Promise<unknown> {
      const caller = new AbortController();
      // One in four callers may be impatient.
      const stop = clock.after(random() < 0.25 ? how.patience : Infinity, () => caller.abort(new Error("gave up")));
      const startedAt = clock.now();
      const outcome = await resilient(url, { method: "POST", body: "{}", signal: caller.signal }).then(
        ({ status }) => status,
        ({ name, message }: Error) => (message === "gave up" ? 200 : name),
      );
      stop();
      longest = Math.max(longest, clock.now() - startedAt);
      return outcome;
    }

    const interval = Math.max(500, (batch * latency * 1.25) / load);
    const calls: { readonly at: number; readonly outcome: Promise<unknown> }[] = [];
    clock.after(outage, () => (down = false));
    while (clock.now() < outage + recovered + 2 * interval) {
      const at = clock.now();
      for (let i = 0; i < batch * permits; i++) calls.push({ at, outcome: ask() });
      await clock.advance(interval);
    }
    await clock.advance(limits.total);

    const late = calls.filter(({ at }) => at >= outage + recovered).map(({ outcome }) => outcome);
    expect(await Promise.all(late)).toEqual(late.map(() => 200));
    await Promise.all(calls.map(({ outcome }) => outcome));
    expect(longest).toBeLessThan(limits.total + 1); // the clock's fractions add up to slightly more
    const key = new URL(url).origin;
    expect([clock.pending, rateLimit.active(key), rateLimit.waiting(key), breaker.state(key)]).toEqual([
      0,
      0,
      0,
      "closed",
    ]);
  });
  const { numRuns, ...seeded } = sequences();
  await fc.assert(property, { ...seeded, numRuns: numRuns! / 2 }); // each takes as long as several of the others
}, 600_000);
