import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import { compose, sleep, type Call, type CallInit, type Layer, type Verdict } from "@evenkeel/core";
import { resilientFetch } from "@evenkeel/fetch";
import { semaphore, tokenBucket } from "@evenkeel/rate-limit";
import { exponential, retry, retryBudget } from "@evenkeel/retry";
import { fakeClock, type FakeClock } from "@evenkeel/testkit";
import { timeout } from "@evenkeel/timeout";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sequences } from "./sequences.ts";

const endings = ["answer", "stream", "fail", "throttle", "hang"] as const;
type Ending = (typeof endings)[number];

interface Start {
  readonly key: "good" | "bad";
  readonly at: number;
  /** How long an attempt takes, unless it hangs. */
  readonly lasts: number;
  /** How its attempts end, the last one repeated. */
  readonly endings: readonly Ending[];
  readonly cost: number;
  /** When its caller cancels it. */
  readonly until: number;
}

function start(key: Start["key"], ...endings: readonly Ending[]): fc.Arbitrary<Start> {
  return fc.record({
    key: fc.constant(key),
    at: fc.integer({ min: 0, max: 5_000 }),
    lasts: fc.integer({ min: 0, max: 900 }),
    endings: fc.array(fc.constantFrom(...endings), { minLength: 1, maxLength: 3 }),
    cost: fc.integer({ min: 1, max: 5 }),
    until: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 8_000 })),
  });
}
const good = fc.array(start("good", "answer", "answer", "answer", ...endings), { minLength: 1, maxLength: 8 });
const bad = fc.array(start("bad", "fail", "throttle", "hang"), { minLength: 1, maxLength: 20 });

const verdicts: Readonly<Partial<Record<Ending, Verdict>>> = {
  fail: { action: "retry", kind: "overloaded", processed: "no", health: "failure", retryAfter: 700 },
  throttle: { action: "retry", kind: "rate-limit", processed: "no", health: "neutral", retryAfter: 900 },
};

interface Stage {
  readonly clock: FakeClock;
  readonly ask: (start: Start, attempt: () => Ending, init: CallInit) => Promise<unknown>;
}

/** Returns what can be seen of the good calls: when each attempt begins, the events, and the outcome. */
async function play(starts: readonly Start[], { clock, ask }: Stage): Promise<string[]> {
  const log: string[] = [];
  for (const start of starts) {
    const tell = (what: string): void => {
      if (start.key === "good") log.push(`${starts.indexOf(start)} at ${clock.now()}: ${what}`);
    };
    let attempts = 0;
    const attempt = (): Ending => {
      tell("begins");
      return start.endings[attempts++] ?? start.endings.at(-1)!;
    };
    const caller = new AbortController();
    clock.after(start.until, () => caller.abort(new Error("cancelled")));
    clock.after(start.at, () => {
      const emit: CallInit["emit"] = ({ type }) => tell(type);
      ask(start, attempt, { signal: caller.signal, emit }).then(
        () => tell("answered"),
        ({ name, message }: Error) => tell(`${name} ${message}`),
      );
    });
  }
  while (clock.now() < 300_000 && (await clock.next()));
  expect(clock.pending).toBe(0);
  return log.toSorted();
}

const terms = fc.record({
  permits: fc.integer({ min: 1, max: 3 }),
  limit: fc.integer({ min: 5, max: 20 }),
  reserve: fc.integer({ min: 0, max: 3 }),
  failures: fc.integer({ min: 1, max: 3 }),
  /** Whether calls wait for their circuit. */
  holds: fc.boolean(),
});
type Terms = typeof terms extends fc.Arbitrary<infer T> ? T : never;

function layered({ permits, limit, reserve, failures, holds }: Terms): Stage {
  const clock = fakeClock();
  const random = (): number => 0.5;
  const breaker = circuitBreaker({ trip: consecutive(failures), clock, random });
  const queue = { clock, holdWhile: holds ? breaker.refuses : undefined };
  const pipeline: Layer = compose(
    timeout(20_000, { clock }),
    retry({ clock, random, backoff: exponential(), budget: retryBudget({ reserve, clock }) }),
    ...(holds ? [] : [breaker.gate]),
    tokenBucket({ limit, interval: 1_000, ...queue }),
    semaphore({ permits, ...queue }),
    breaker,
    timeout(1_000, { clock }),
  );
  return {
    clock,
    ask: ({ key, lasts, cost }, attempt, init) =>
      pipeline.run(
        async ({ signal, work }: Call) => {
          const ending = attempt();
          await sleep(clock, ending === "hang" ? Infinity : lasts, signal);
          const verdict = verdicts[ending];
          if (verdict) throw Object.assign(new Error(ending), { verdict });
          if (ending === "stream") clock.after(2 * lasts, work.hold());
        },
        { ...init, key, cost },
      ),
  };
}

function fetched({ permits, holds, failures }: Terms): Stage {
  const clock = fakeClock();
  const random = (): number => 0.5;
  const running = new Map<string, { readonly lasts: number; readonly attempt: () => Ending }>();

  async function fetch(input: unknown, init?: RequestInit): Promise<Response> {
    const { lasts, attempt } = running.get(init!.body as string)!;
    const ending = attempt();
    await sleep(clock, ending === "hang" ? Infinity : lasts, init!.signal!);
    // The limit of the good host is nearly used up, so that its calls are paced, and that of the bad one much more so.
    const [remaining, reset] = String(input).includes("good") ? ["9", "2s"] : ["0", "60s"];
    const headers = { "x-ratelimit-limit-requests": "100", "x-ratelimit-remaining-requests": remaining };
    const limits = { ...headers, "x-ratelimit-reset-requests": reset };
    if (ending === "fail") return Response.json({ error: {} }, { status: 503, headers: { "retry-after": "1" } });
    if (ending === "throttle")
      return Response.json({ error: {} }, { status: 429, headers: { ...limits, "retry-after-ms": "900" } });
    return Response.json({ choices: [] }, { headers: limits });
  }

  const resilient = resilientFetch({
    fetch,
    clock,
    random,
    profile: { connect: 1_000, firstContent: 1_000, gap: 1_000, total: 20_000 },
    breaker: circuitBreaker({ trip: consecutive(failures), clock, random }),
    rateLimit: semaphore({ permits, clock }),
    whenOpen: holds ? "wait" : "refuse",
  });
  let calls = 0;
  return {
    clock,
    async ask({ key, lasts }, attempt, { signal }) {
      const body = String(calls++);
      running.set(body, { lasts, attempt });
      const url = `https://${key}.example.com/v1/chat/completions`;
      const { status } = await resilient(url, { method: "POST", body, signal: signal! });
      if (status !== 200) throw new Error(`${status}`);
    },
  };
}

test("what happens to the calls of one key changes nothing for those of another", async () => {
  const property = fc.asyncProperty(terms, good, bad, fc.boolean(), async (terms, good, bad, isFetch) => {
    const stage = (): Stage => (isFetch ? fetched(terms) : layered(terms));
    expect(await play([...good, ...bad], stage())).toEqual(await play(good, stage()));
  });
  await fc.assert(property, sequences());
}, 600_000);

const waiter = fc.record({
  at: fc.integer({ min: 0, max: 3_000 }),
  lasts: fc.integer({ min: 0, max: 900 }),
  priority: fc.nat(1),
  patience: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 1_000 })),
});
type Waiter = typeof waiter extends fc.Arbitrary<infer T> ? T : never;

test("a call that is cancelled while it waits delays no other, and those of a priority start in their order", async () => {
  let cancelled = 0;
  const property = fc.asyncProperty(
    fc.boolean(),
    fc.constantFrom(1, 2, 4),
    fc.array(waiter, { minLength: 1, maxLength: 30 }),
    async (isBucket, limit, waiters) => {
      /** Returns when each call begins, in that order. */
      async function begins(waiters: readonly Waiter[]): Promise<Map<Waiter, number>> {
        const clock = fakeClock();
        const options = { maxQueue: Infinity, priority: ({ cost }: Call) => cost, clock };
        const layer = isBucket
          ? tokenBucket({ limit, interval: 1_024, cost: () => 1, ...options }) // no rounding errors
          : semaphore({ permits: limit, ...options });
        const begun = new Map<Waiter, number>();
        for (const waiter of waiters) {
          const { at, lasts, priority, patience } = waiter;
          const caller = new AbortController();
          const operate = (): Promise<void> => {
            begun.set(waiter, clock.now());
            return sleep(clock, lasts, caller.signal);
          };
          const init = { signal: caller.signal, cost: priority };
          clock.after(at, () => void layer.run(operate, init).catch(() => {}));
          clock.after(at + patience, () => begun.has(waiter) || caller.abort(new Error("cancelled")));
        }
        while (await clock.next());
        expect([layer.waiting(), clock.pending]).toEqual([0, 0]);
        return begun;
      }
      const begun = await begins(waiters);
      const served = waiters.filter((each) => begun.has(each));
      if (waiters.length - served.length >= 10) return; // so many that the newest may go first
      expect([...(await begins(served))]).toEqual([...begun]);
      cancelled += waiters.length - served.length;

      const inOrder = served.toSorted((a, b) => a.at - b.at);
      for (const rank of [0, 1]) {
        const isOfRank = ({ priority }: Waiter): boolean => priority === rank;
        expect([...begun.keys()].filter(isOfRank)).toEqual(inOrder.filter(isOfRank));
      }
    },
  );
  await fc.assert(property, sequences());
  expect(cancelled).toBeGreaterThan(100);
}, 600_000);
