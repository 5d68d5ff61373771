import { circuitBreaker, consecutive, type TripCondition } from "@evenkeel/circuit-breaker";
import { compose, type Call } from "@evenkeel/core";
import { semaphore, tokenBucket, type QueueOptions } from "@evenkeel/rate-limit";
import { retry, retryBudget } from "@evenkeel/retry";
import { fakeClock } from "@evenkeel/testkit";
import { timeout } from "@evenkeel/timeout";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { interfere, interferences } from "./interfere.ts";
import { sequences } from "./sequences.ts";

const deeds = ["behave", "throw", "return nonsense", ...interferences, "run", "abort"] as const;
type Deed = (typeof deeds)[number];

const endings = ["value", "late", "fail", "throw", "throttle", "stream", "broken stream", "hang"] as const;
type Ending = (typeof endings)[number];

interface Start {
  readonly key: string;
  readonly ending: Ending;
  /** Which of the odd values it fails with, and its caller aborts with. */
  readonly oddity: number;
  /** How long after it the next call starts, in ms. */
  readonly gap: number;
}

function throws(): never {
  throw new Error("a bug");
}
const cyclic: { cause?: unknown } = new Error("cyclic");
cyclic.cause = cyclic;

/** What may be thrown, or be an abort's reason, that is not an error as one expects it. */
const oddities: readonly unknown[] = [
  new Error("failed"),
  undefined,
  null,
  "text",
  NaN,
  Object.freeze(new Error("frozen")),
  Object.defineProperty(new Error("unreadable"), "verdict", { get: throws }),
  { verdict: { action: "retry", kind: "rate-limit", retryAfter: 10n } },
  { verdict: { action: "retry", kind: "rate-limit", retryAfter: -1 } },
  { verdict: { action: "retry", kind: "rate-limit", health: "none", retryAfter: NaN } },
  new Proxy({}, { get: throws, has: throws, getPrototypeOf: throws, getOwnPropertyDescriptor: throws }),
  cyclic,
  new AggregateError([new Error("one"), null], "several"),
];
const nonsense: readonly unknown[] = [undefined, null, NaN, -1, Infinity, "text", true, {}, Promise.resolve(true), 5n];

/** No sequence without a loop asks as often. */
const mostAsked = 20_000;

const permits = 2;
const burst = 50;

/** A pipeline each of whose callbacks does, when it is asked, whatever comes next in the plan. */
class Scene {
  readonly clock = fakeClock(1e9);
  plan: readonly Deed[];
  mostActive = 0;
  starts = 0;
  settled = 0;
  attempts = 0;
  withdrawn = 0;
  startedInVain = 0;
  asked = 0;
  private readonly controllers: AbortController[] = [];
  private readonly running = new Map<string, number>();
  readonly breaker;
  readonly limit;
  readonly bucket;
  readonly pipeline;

  constructor(plan: readonly Deed[], waits: boolean) {
    const { clock } = this;
    this.plan = plan;
    const random = (): number => this.ask("a", 0);
    const classify = (): undefined => this.ask("b", undefined);
    const trip: TripCondition = {
      ...consecutive(2),
      start: (clock) => {
        const record = consecutive(2).start(clock);
        const own = { ...record, add: (...of: Parameters<typeof record.add>) => this.ask("a", record.add(...of)) };
        return Object.defineProperty(own, "isIdle", { get: () => this.ask("b", record.isIdle) });
      },
    };
    this.breaker = circuitBreaker({ trip, openFor: 500, maxKeys: 3, classify, clock, random });
    const { refuses } = this.breaker;
    const queue: QueueOptions = {
      priority: ({ key, cost }) => this.ask(key, cost),
      // Not if it serves the queue itself, and holds the next moment: that makes calls wait and start in turns, for ever.
      holdWhile: (key) => this.ask(key, waits && refuses(key), "resume", "resize"),
      classify,
      clock,
    };
    this.limit = semaphore({ permits, maxQueue: 4, queueTimeout: 3_000, ...queue });
    this.bucket = tokenBucket({ limit: burst, interval: 1_000, cost: ({ key }) => this.ask(key, 5), ...queue });
    const accounts = retryBudget({ clock, deposit: 0, reserve: 20 });
    const budget = {
      ...accounts,
      withdraw: (key: string, throttledFor?: number) => {
        const isGranted = this.ask(key, accounts.withdraw(key, throttledFor));
        if (isGranted) this.withdrawn++;
        return isGranted;
      },
    };
    const backoff = (): number => this.ask("b", 100);
    const replay = (): boolean => this.ask("a", true);
    this.pipeline = compose(
      timeout(() => this.ask("a", 10_000), { clock }),
      retry({ retries: 2, backoff, replay, budget, classify, clock, random }),
      ...(waits ? [] : [this.breaker.gate]),
      this.limit,
      this.bucket,
      this.breaker,
      timeout(({ key }) => this.ask(key, 700), { clock }),
    );
  }

  start(start: Omit<Start, "gap">): void {
    const controller = new AbortController();
    this.controllers.push(controller);
    this.starts++;
    const { key } = start;
    const init = { key, signal: controller.signal, emit: () => this.ask(key, undefined) };
    const end = (): void => void this.settled++;
    void this.pipeline.run((call) => this.operate(call, start), init).then(end, end);
  }

  private operate({ key, work, signal }: Call, { ending, oddity }: Omit<Start, "gap">): Promise<string> {
    if (signal.aborted) this.startedInVain++;
    this.attempts++;
    const active = (this.running.get(key) ?? 0) + 1;
    this.running.set(key, active);
    this.mostActive = Math.max(this.mostActive, active);
    const leave = (): void => void this.running.set(key, this.running.get(key)! - 1);
    if (ending === "throw") {
      leave();
      throw oddities[oddity];
    }
    return this.answer(work, leave, ending, oddities[oddity]);
  }

  private async answer(work: Call["work"], leave: () => void, ending: Ending, odd: unknown): Promise<string> {
    const end = ending.endsWith("stream") ? work.hold() : undefined;
    const ms = { late: 200, fail: 20, throttle: 20, hang: 2_000 }[ending as string] ?? 0;
    if (ms > 0) await new Promise<void>((resolve) => this.clock.after(ms, resolve));
    if (end) this.clock.after(50, () => (leave(), end(ending === "stream" ? undefined : odd, 3)));
    else leave();
    if (ending === "fail") throw odd;
    if (ending === "throttle") throw Object.assign(new Error("throttled"), { verdict: throttled });
    return ending;
  }

  /** Called by each callback, which returns `good` unless it misbehaves. */
  private ask<T>(key: string, good: T, ...except: readonly Deed[]): T {
    if (this.asked > mostAsked) this.plan = ["behave"]; // or the test would not end either
    const deed = this.plan[this.asked++ % this.plan.length];
    if (deed && except.includes(deed)) return good;
    if (deed === "throw") throws();
    if (deed === "return nonsense") return nonsense[this.asked % nonsense.length] as T;
    interfere(this, deed, key, permits);
    // A callback that makes a call each time would go on for ever.
    if (deed === "run" && this.starts < 40) this.start({ key, ending: "value", oddity: 0 });
    if (deed === "abort") this.controllers.forEach((each, index) => each.abort(oddities[index % oddities.length]));
    return good;
  }
}

const throttled = { action: "retry", kind: "rate-limit", processed: "no", health: "neutral", retryAfter: 400 };

const keys = ["a", "b"];
const start = fc.record<Start>({
  key: fc.constantFrom(...keys),
  ending: fc.constantFrom(...endings),
  oddity: fc.nat(oddities.length - 1),
  gap: fc.constantFrom(0, 0, 10, 150, 600),
});
const plan = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant("behave" as const) }, fc.constantFrom(...deeds)), {
  minLength: 1,
  maxLength: 12,
});

test("whatever the user's own functions do when they are asked, every call settles, and the layers hold nothing afterwards", async () => {
  await fc.assert(
    fc.asyncProperty(plan, fc.array(start, { maxLength: 12 }), fc.boolean(), async (deeds, starts, waits) => {
      const scene = new Scene(deeds, waits);
      const { clock, breaker, limit, bucket } = scene;
      for (const each of starts) {
        scene.start(each);
        if (each.gap > 0) await clock.advance(each.gap);
      }
      await clock.advance(20_000);
      expect(scene.asked).toBeLessThan(mostAsked);
      scene.plan = ["behave"];
      for (const key of keys) breaker.close(key);
      await clock.advance(60_000);
      expect([scene.settled, scene.startedInVain, clock.pending]).toEqual([scene.starts, 0, 0]);
      expect(scene.mostActive).toBeLessThanOrEqual(permits);
      expect(scene.attempts - scene.starts).toBeLessThanOrEqual(scene.withdrawn);
      for (const key of keys) {
        expect([limit.active(key), limit.waiting(key), bucket.waiting(key)]).toEqual([0, 0, 0]);
        expect([limit.pausedFor(key), bucket.available(key)]).toEqual([0, burst]);
        expect(await scene.pipeline.run(() => "well", { key })).toBe("well");
      }
      // A circuit with a call in flight is never forgotten.
      await clock.advance(1_000_000);
      for (let other = 0; other < 20; other++) await scene.pipeline.run(() => "well", { key: String(other) });
      expect(breaker.snapshot().circuits.filter(({ key }) => keys.includes(key))).toEqual([]);
    }),
    sequences(),
  );
}, 600_000);
