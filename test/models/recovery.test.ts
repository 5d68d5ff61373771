import { circuitBreaker, consecutive, countWindow, timeWindow } from "@evenkeel/circuit-breaker";
import { compose, sleep, type Call } from "@evenkeel/core";
import { resilientFetch } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { fakeClock, seededRandom } from "@evenkeel/testkit";
import { timeout } from "@evenkeel/timeout";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sequences } from "./sequences.ts";

const url = "https://api.example.com/v1/chat/completions";
const limits = { connect: 1_000, firstContent: 10_000, gap: 10_000, total: 15_000 };

/** By when calls succeed again: two hung probes, a hint, a slow start, and what had been waiting. In ms after the outage. */
const recovered = 60_000;

/** Half as many sequences as elsewhere, because each takes as long as several of the others. */
function half(): fc.Parameters<unknown> {
  const { numRuns, ...seeded } = sequences();
  return { ...seeded, numRuns: numRuns! / 2 };
}

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
  await fc.assert(property, half());
}, 600_000);

const slowCallDuration = 1_000;
const minimumCalls = 10;
const maxOpenFor = 6_000;

const slowness = fc.record({
  seed: fc.nat(),
  isTimed: fc.boolean(),
  slowCallRate: fc.constantFrom(0.3, 0.5, 1),
  openFor: fc.integer({ min: 100, max: 3_000 }),
  factor: fc.constantFrom(1, 2),
  probes: fc.integer({ min: 1, max: 3 }),
  /** May end before a slow probe is answered. */
  probeLease: fc.integer({ min: 500, max: 10_000 }),
  /** How long an answer takes while the provider is slow, in ms. */
  latency: fc.integer({ min: slowCallDuration + 1, max: 5_000 }),
  /** How many calls come during one slow answer. */
  load: fc.integer({ min: 1, max: 20 }),
  /** How long an answer is streamed at most, in ms. */
  stream: fc.constantFrom(0, 500, 8_000),
  /** How many slow answers in a row the provider has time for. */
  slowFor: fc.double({ min: 0.1, max: 40, noNaN: true }),
  attemptLimit: fc.constantFrom(1_500, 10_000),
  /** The share of callers who cancel their call before a slow answer. */
  impatient: fc.constantFrom(0, 0.3),
});

test("a provider that answers slowly opens its circuit, and only closes it once it is fast again", async () => {
  let opened = 0;
  const property = fc.asyncProperty(slowness, async ({ seed, isTimed, slowCallRate, latency, load, ...how }) => {
    const { stream, slowFor, attemptLimit, impatient, ...settings } = how;
    const clock = fakeClock();
    const random = seededRandom(seed);
    const interval = latency / load;
    const rates = { slowCallRate, slowCallDuration, minimumCalls };
    const trip = isTimed
      ? timeWindow({ duration: 2 * minimumCalls * (interval + latency), ...rates })
      : countWindow({ size: minimumCalls, ...rates });
    const breaker = circuitBreaker({ trip, maxOpenFor, clock, random, ...settings });
    const pipeline = compose(breaker, timeout(attemptLimit, { clock }));
    let isSlow = true;
    let slowAnswers = 0;

    async function operate({ signal, work }: Call): Promise<void> {
      const wasSlow = isSlow;
      await sleep(clock, wasSlow ? latency : 10, signal);
      const end = work.hold();
      clock.after(stream * random(), () => {
        end();
        slowAnswers += Number(wasSlow);
      });
    }

    async function ask(): Promise<string> {
      const caller = new AbortController();
      const stop = clock.after(random() < impatient ? 900 : Infinity, () => caller.abort(new Error("gave up")));
      const outcome = await pipeline.run(operate, { signal: caller.signal }).then(
        () => "answered",
        ({ name }: Error) => name,
      );
      stop();
      return outcome;
    }

    const calls: { readonly at: number; readonly outcome: Promise<string> }[] = [];
    let hasOpened = false;
    async function play(ms: number): Promise<void> {
      const end = clock.now() + ms;
      while (clock.now() < end) {
        calls.push({ at: clock.now(), outcome: ask() });
        await clock.advance(interval);
        const isClosed = breaker.state() === "closed";
        hasOpened ||= !isClosed;
        expect(isSlow && isClosed && (hasOpened || slowAnswers >= minimumCalls)).toBe(false);
      }
    }

    await play(slowFor * (latency + stream));
    isSlow = false;
    // The last slow answer may still open the circuit. Then come the probes, one after the other.
    const closed = clock.now() + latency + stream + 1.2 * maxOpenFor + (settings.probes + 1) * (interval + 10);
    await play(closed + 5 * interval - clock.now());
    await clock.advance(60_000);
    const late = calls.filter(({ at }) => at >= closed).map(({ outcome }) => outcome);
    expect(late.length).toBeGreaterThan(1);
    expect(await Promise.all(late)).toEqual(late.map(() => "answered"));
    expect([breaker.state(), clock.pending]).toEqual(["closed", 0]);
    opened += Number(hasOpened);
  });
  await fc.assert(property, half());
  expect(opened).toBeGreaterThan(50);
}, 600_000);
