import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import { compose, type Call, type Emit } from "@evenkeel/core";
import { semaphore, tokenBucket } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import { fakeClock } from "@evenkeel/testkit";
import { timeout } from "@evenkeel/timeout";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { interfere, interferences } from "./interfere.ts";

const reactions = ["nothing", "throw", "reject", ...interferences, "run", "abort"] as const;
type Reaction = (typeof reactions)[number];
type Ending = "value" | "late" | "fail" | "throttle" | "stream" | "hang";

interface Start {
  readonly key: string;
  readonly ending: Ending;
  /** How long after it the next call starts, in ms. */
  readonly gap: number;
}

const permits = 2;
const burst = 5;
const failures: Readonly<Partial<Record<Ending, Error>>> = {
  fail: new Error("failed"),
  throttle: Object.assign(new Error("throttled"), {
    verdict: { action: "retry", kind: "rate-limit", processed: "no", health: "neutral", retryAfter: 400 },
  }),
};

/** A pipeline whose listener reacts to each event, at once, by changing the layers that emitted it. */
class Scene {
  readonly clock = fakeClock(1e9);
  readonly outcomes: Promise<unknown>[] = [];
  mostActive = 0;
  private reacted = 0;
  /** What the listener does at each event, over and over. */
  plan: readonly Reaction[];
  private readonly controllers: AbortController[] = [];
  private readonly running = new Map<string, number>();
  readonly breaker = circuitBreaker({ trip: consecutive(2), openFor: 500, clock: this.clock, random: () => 0 });
  readonly limit;
  readonly bucket = tokenBucket({ limit: burst, interval: 1_000, maxQueue: 5, clock: this.clock });
  readonly pipeline;

  constructor(plan: readonly Reaction[], waits: boolean) {
    const { clock, breaker, bucket } = this;
    this.plan = plan;
    const holdWhile = waits ? breaker.refuses : undefined;
    this.limit = semaphore({ permits, maxQueue: 4, queueTimeout: 3_000, holdWhile, clock });
    this.pipeline = compose(
      timeout(10_000, { clock }),
      retry({ retries: 2, backoff: constant(100), clock, random: () => 0 }),
      ...(waits ? [] : [breaker.gate]),
      this.limit,
      bucket,
      breaker,
      timeout(700, { clock }),
    );
  }

  start({ key, ending }: Omit<Start, "gap">): void {
    const controller = new AbortController();
    this.controllers.push(controller);
    const init = { key, signal: controller.signal, emit: this.react };
    this.outcomes.push(this.pipeline.run((call) => this.operate(call, ending), init).catch((error: unknown) => error));
  }

  private async operate({ key, work }: Call, ending: Ending): Promise<string> {
    const active = (this.running.get(key) ?? 0) + 1;
    this.running.set(key, active);
    this.mostActive = Math.max(this.mostActive, active);
    const end = ending === "stream" ? work.hold() : undefined;
    const ms = { value: 0, late: 200, fail: 20, throttle: 20, stream: 0, hang: 2_000 }[ending];
    if (ms > 0) await new Promise<void>((resolve) => this.clock.after(ms, resolve));
    const leave = (): void => void this.running.set(key, this.running.get(key)! - 1);
    if (end) this.clock.after(50, () => (leave(), end(undefined, 3)));
    else leave();
    if (failures[ending]) throw failures[ending];
    return ending;
  }

  private readonly react: Emit = ({ key }): unknown => {
    const reaction = this.plan[this.reacted++ % this.plan.length];
    if (reaction === "throw") throw new Error("listener");
    if (reaction === "reject") return Promise.reject(new Error("listener"));
    interfere(this, reaction, key, permits);
    // A listener that makes a call at each event would go on for ever.
    if (reaction === "run" && this.controllers.length < 100) this.start({ key, ending: "value" });
    if (reaction === "abort") for (const controller of this.controllers) controller.abort();
    return undefined;
  };
}

const keys = ["a", "b"];
const start = fc.record<Start>({
  key: fc.constantFrom(...keys),
  ending: fc.constantFrom("value", "late", "fail", "throttle", "stream", "hang"),
  gap: fc.constantFrom(0, 0, 10, 150, 600),
});
const plan = fc.array(fc.constantFrom(...reactions), { minLength: 1, maxLength: 8 });

test("whatever a listener does, every call settles, and the layers hold nothing afterwards", async () => {
  await fc.assert(
    fc.asyncProperty(plan, fc.array(start, { maxLength: 12 }), fc.boolean(), async (reactions, starts, waits) => {
      const scene = new Scene(reactions, waits);
      const { clock, breaker, limit, bucket } = scene;
      for (const each of starts) {
        scene.start(each);
        if (each.gap > 0) await clock.advance(each.gap);
      }
      await clock.advance(20_000);
      scene.plan = [];
      for (const key of keys) breaker.close(key);
      await clock.advance(60_000);
      await Promise.all(scene.outcomes);
      expect(clock.pending).toBe(0);
      expect(scene.mostActive).toBeLessThanOrEqual(permits);
      for (const key of keys) {
        expect([limit.active(key), limit.waiting(key), bucket.waiting(key)]).toEqual([0, 0, 0]);
        expect(bucket.available(key)).toBe(burst);
        expect(await scene.pipeline.run(() => "well", { key })).toBe("well");
      }
    }),
    { numRuns: 400 },
  );
});
