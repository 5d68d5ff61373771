import { fakeClock } from "@evenkeel/testkit";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sequences } from "../../../test/models/sequences.ts";
import { tokenBucket, type TokenBucketSize } from "../src/index.ts";
import { compare, LimiterModel, type Terms } from "./limiter-model.ts";

interface Given extends Terms {
  readonly burst: number;
  /** How long one token takes to come, in ms: a power of two, so that nothing is rounded. */
  readonly msPerToken: number;
}

type Size = Pick<Given, "burst" | "msPerToken">;

/** Chooses another size by the same number as a semaphore's permits. It never fills faster, so that every call starts in a whole ms. */
function resized({ msPerToken }: Size, permits: number): Size {
  return { burst: 2 * permits, msPerToken: Math.max(msPerToken, 2 ** (permits - 1)) };
}

class Model extends LimiterModel {
  private given: Size;
  private balance: number;

  constructor(given: Given) {
    super(given);
    this.given = given;
    this.balance = given.burst;
  }

  override resize(permits: number): void {
    const isFull = this.balance === this.given.burst;
    this.given = resized(this.given, permits);
    this.balance = isFull ? this.given.burst : Math.min(this.balance, this.given.burst);
    this.serve();
  }

  private get reserved(): number {
    const atWork = this.in("granted", "working", "settling", "streaming");
    return atWork.reduce((sum, { cost }) => sum + cost, 0);
  }

  protected override hasRoom(cost: number): boolean {
    return this.balance >= cost;
  }

  protected override soonest(cost: number): number {
    const { burst, msPerToken } = this.given;
    return cost > burst ? Infinity : Math.max(0, cost - this.balance - this.reserved) * msPerToken;
  }

  protected override take(cost: number): void {
    this.balance -= cost;
  }

  protected override giveBack({
    cost,
    real,
    isUndone,
  }: {
    cost: number;
    real: number | undefined;
    isUndone: boolean;
  }): void {
    this.balance = Math.min(this.given.burst, this.balance + cost - (real ?? (isUndone ? 0 : cost)));
  }

  protected override tick(): void {
    this.balance = Math.min(this.given.burst, this.balance + 1 / this.given.msPerToken);
  }

  override get state(): unknown[] {
    return [this.balance];
  }
}

const given: fc.Arbitrary<Given> = fc.record({
  burst: fc.integer({ min: 1, max: 10 }),
  msPerToken: fc.constantFrom(1, 2, 8),
  maxQueue: fc.constantFrom(0, 2, 5, Infinity),
  queueTimeout: fc.constantFrom(0, 7, Infinity, Infinity),
});

test("whatever happens, in whatever order, the bucket does what its model does", async () => {
  const begun = await compare(
    given,
    fc.integer({ min: 0, max: 11 }),
    (terms) => new Model(terms),
    (given, options) => {
      let size: Size = given;
      const terms = (): TokenBucketSize => ({ limit: size.burst, interval: size.burst * size.msPerToken });
      const limit = tokenBucket({ ...terms(), ...options });
      const resize = (permits: number): void => {
        size = resized(size, permits);
        limit.resize(terms());
      };
      return { limit, resize, state: () => [limit.available()] };
    },
  );
  expect(begun).toBeGreaterThan(100);
}, 600_000);

test("in no span of time do more tokens pass than the burst and what comes in that span", async () => {
  const amount = fc.double({ min: 0.01, max: 50, noNaN: true });
  const terms = fc.record({ limit: amount, interval: fc.double({ min: 1, max: 1e5, noNaN: true }), burst: amount });
  const arrivals = fc.array(
    fc.record({
      after: fc.double({ min: 0, max: 1e3, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    {
      minLength: 1,
      maxLength: 60,
    },
  );
  const property = fc.asyncProperty(terms, arrivals, async ({ limit, interval, burst }, crowd) => {
    const clock = fakeClock(1_700_000_000_000);
    const bucket = tokenBucket({ limit, interval, burst, clock, maxQueue: Infinity });
    const passed: { at: number; cost: number }[] = [];
    for (const { after, share } of crowd) {
      await clock.advance(after);
      const cost = share * burst;
      void bucket.run(async () => passed.push({ at: clock.now(), cost }), { cost });
      expect(bucket.available()).toBeLessThanOrEqual(burst);
    }
    while (await clock.next()) expect(bucket.available()).toBeLessThanOrEqual(burst);
    await clock.advance(0);
    expect(passed).toHaveLength(crowd.length);

    for (const [from, { at: start }] of passed.entries()) {
      let spent = 0;
      for (const { at, cost } of passed.slice(from)) {
        spent += cost;
        const most = burst + ((at - start) * limit) / interval;
        expect(spent).toBeLessThanOrEqual(most + (0.01 * limit) / interval + 1e-9 * most);
      }
    }
  });
  await fc.assert(property, sequences());
}, 600_000);
