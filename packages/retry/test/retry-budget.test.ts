import { fakeClock, seededRandom } from "@evenkeel/testkit";
import { describe, expect, test } from "vitest";
import { constant, retry, retryBudget, type RetryBudget, type RetryOptions } from "../src/index.ts";

describe("the account", () => {
  test("starts with the reserve, and earns 0.3 retries a success, up to 50", () => {
    const budget = retryBudget();
    expect(budget.balance("a")).toBe(20);
    for (let i = 0; i < 10; i++) budget.deposit("a");
    expect(budget.balance("a")).toBeCloseTo(23);
    for (let i = 0; i < 1_000; i++) budget.deposit("a");
    expect(budget.balance("a")).toBe(50);
  });

  test("pays one retry after another until it is empty", () => {
    const budget = retryBudget({ reserve: 2 });
    expect([1, 2, 3, 4].map(() => budget.withdraw("a"))).toEqual([true, true, false, false]);
    expect(budget.balance("a")).toBe(0);
  });

  test("adds fractions up without a loss: ten times 0.1 is a retry", () => {
    const budget = retryBudget({ deposit: 0.1, reserve: 0 });
    for (let i = 0; i < 9; i++) budget.deposit("a");
    expect(budget.withdraw("a")).toBe(false);
    budget.deposit("a");
    expect([budget.withdraw("a"), budget.withdraw("a"), budget.balance("a")]).toEqual([true, false, 0]);
  });

  test("belongs to one key", () => {
    const budget = retryBudget({ reserve: 1 });
    budget.withdraw("a");
    expect([budget.withdraw("a"), budget.withdraw("b")]).toEqual([false, true]);
  });

  test("has no more reserve than capacity", () => {
    expect(retryBudget({ capacity: 15 }).balance("a")).toBe(15);
  });

  test("is charged from outside as well, for retries that a client above makes", async () => {
    const budget = retryBudget({ reserve: 1 });
    budget.withdraw("provider");
    const { requests } = await calls(1, { budget }, () => true, "provider");
    expect(requests).toBe(1);
  });

  test("is charged once for throttled retries, until the wait that was paid for is over", async () => {
    const clock = fakeClock();
    const budget = retryBudget({ reserve: 3, clock });
    const balanceAfter = (throttledFor: number | undefined, key = "a"): number => {
      expect(budget.withdraw(key, throttledFor)).toBe(true);
      return budget.balance(key);
    };
    expect([balanceAfter(100), balanceAfter(5_000), balanceAfter(100, "b")]).toEqual([2, 2, 2]);
    await clock.advance(99);
    expect([balanceAfter(1), balanceAfter(undefined), balanceAfter(1)]).toEqual([2, 1, 1]);
    await clock.advance(1);
    expect([balanceAfter(1), balanceAfter(1)]).toEqual([0, 0]);
    await clock.advance(1);
    expect(budget.withdraw("a", 1)).toBe(false);
  });

  test("is asked for without being opened", () => {
    const budget = retryBudget({ deposit: 1, maxKeys: 1 });
    budget.deposit("a");
    for (let i = 0; i < 100; i++) budget.balance(`key ${i}`);
    expect(budget.balance("a")).toBe(21);
  });
});

describe("memory", () => {
  test("an account with less than its reserve is remembered, however many other keys come", () => {
    const budget = retryBudget({ reserve: 3, maxKeys: 2, clock: fakeClock() });
    while (budget.withdraw("dead"));
    for (let i = 0; i < 100; i++) budget.deposit(`key ${i}`);
    expect(budget.balance("dead")).toBe(0);
  });

  test("until nobody has asked it for ten minutes, and others need the room", async () => {
    const clock = fakeClock();
    const budget = retryBudget({ deposit: 0, reserve: 3, maxKeys: 2, clock });
    const others = (): void => {
      for (let i = 0; i < 100; i++) budget.deposit(`key ${i}`);
    };
    budget.deposit("dead");
    await clock.advance(300_000);
    while (budget.withdraw("dead"));
    await clock.advance(600_000);
    others();
    expect(budget.balance("dead")).toBe(0);
    await clock.advance(1);
    expect(budget.balance("dead")).toBe(0);
    others();
    expect(budget.balance("dead")).toBe(3);
  });

  test("an account that has its reserve is forgotten when others need the room", () => {
    const budget = retryBudget({ maxKeys: 2, clock: fakeClock() });
    for (let i = 0; i < 100; i++) budget.deposit("rich");
    for (let i = 0; i < 100; i++) budget.deposit(`key ${i}`);
    expect(budget.balance("rich")).toBe(20);
  });
});

/** Makes `count` calls one after another, whose attempts fail where `fails` says so. */
async function calls(
  count: number,
  options: RetryOptions,
  fails: (call: number, attempt: number) => boolean,
  key = "default",
): Promise<{ requests: number; successes: number }> {
  const layer = retry({ backoff: constant(0), ...options });
  let requests = 0;
  let successes = 0;
  for (let i = 0; i < count; i++) {
    const attempt = async (): Promise<void> => {
      if (fails(i, requests++)) throw "down";
    };
    const succeeded = (): number => successes++;
    await layer.run(attempt, { key }).then(succeeded, () => {});
  }
  return { requests, successes };
}

/** Draws each attempt's fate from its call and number alone, so that two runs meet the same fates. */
function fates(seed: number, failureRate: number): () => (call: number) => boolean {
  return () => {
    let current = -1;
    let random = seededRandom(seed);
    return (call) => {
      if (call !== current) random = seededRandom(seed * 1_000_003 + call);
      current = call;
      return random() < failureRate;
    };
  };
}

const seeds = Array.from({ length: 40 }, (_, i) => i + 1);

describe("a steady 20 % of failures", () => {
  test("is fully retried: with the budget the same calls succeed as without, in each of 40 seeds", async () => {
    let requests = 0;
    for (const seed of seeds) {
      const fails = fates(seed, 0.2);
      const without = await calls(1_000, {}, fails());
      const within = await calls(1_000, { budget: retryBudget() }, fails());
      expect(within, `seed ${seed}`).toEqual(without);
      requests += within.requests;
    }
    expect(requests / 40_000).toBeCloseTo(1.248, 2);
  });

  test("is fully retried as well where 50 calls are in flight at once and back off by default", async () => {
    for (const seed of seeds) {
      const clock = fakeClock();
      const random = seededRandom(seed);
      const layer = retry({ budget: retryBudget(), clock, random });
      let refused = 0;
      const emit = (event: object): void => {
        if ("reason" in event && event.reason === "budget") refused++;
      };
      const attempt = (): Promise<void> =>
        new Promise((resolve, reject) => {
          clock.after(1_000 * random(), () => (random() < 0.2 ? reject("down") : resolve()));
        });
      const worker = async (): Promise<void> => {
        for (let i = 0; i < 20; i++) await layer.run(attempt, { emit }).catch(() => {});
      };
      const workers = Promise.all(Array.from({ length: 50 }, worker));
      while (await clock.next());
      await workers;
      expect(refused, `seed ${seed}`).toBe(0);
    }
  });
});

describe("a dead provider", () => {
  /** Leaves the budget as a healthy history of any length and quality would. */
  async function live(budget: RetryBudget, seed: number): Promise<void> {
    const random = seededRandom(seed);
    const failureRate = 0.25 * random();
    await calls(Math.floor(2_000 * random()), { budget }, () => random() < failureRate);
  }

  test("costs at most 1.1 requests per call over 1,000 calls, after each of 40 healthy histories", async () => {
    for (const seed of seeds) {
      const budget = retryBudget();
      await live(budget, seed);
      const { requests } = await calls(1_000, { budget, retries: seed % 2 ? 3 : 10 }, () => true);
      expect(requests, `seed ${seed}`).toBeLessThanOrEqual(1_100);
    }
  });

  test("costs at most 1.1 where all 1,000 calls come at once", async () => {
    for (const seed of seeds) {
      const clock = fakeClock();
      const budget = retryBudget();
      await live(budget, seed);
      const layer = retry({ budget, clock, random: seededRandom(seed) });
      let requests = 0;
      const attempt = async (): Promise<void> => {
        requests++;
        throw "down";
      };
      const answers = Promise.allSettled(Array.from({ length: 1_000 }, () => layer.run(attempt)));
      while (await clock.next());
      await answers;
      expect(requests, `seed ${seed}`).toBeLessThanOrEqual(1_100);
    }
  });

  test("costs exactly what was saved: 1.05 after a long success, 1.02 from the start", async () => {
    const budget = retryBudget();
    await calls(1_000, { budget }, () => false);
    expect((await calls(1_000, { budget }, () => true)).requests).toBe(1_050);
    expect((await calls(1_000, { budget: retryBudget() }, () => true)).requests).toBe(1_020);
  });

  test("is retried again when it comes back: three retries for ten successes", async () => {
    const budget = retryBudget();
    await calls(100, { budget }, () => true);
    expect(budget.balance("default")).toBe(0);
    await calls(10, { budget }, () => false);
    expect((await calls(10, { budget }, () => true)).requests).toBe(13);
  });
});

test("no failure rate holds the load above 1.3 requests per call", async () => {
  for (const failureRate of [0.1, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8]) {
    const random = seededRandom(failureRate * 100);
    const { requests } = await calls(20_000, { budget: retryBudget() }, () => random() < failureRate);
    expect(requests / 20_000, `at ${failureRate}`).toBeLessThan(1.3);
  }
});

test("no rate of 429s that say how long to wait holds the load above 2.3, without a limiter", async () => {
  for (const failureRate of [0.3, 0.5, 0.7, 0.9]) {
    const clock = fakeClock();
    const random = seededRandom(failureRate * 100);
    const again = retry({ budget: retryBudget({ clock }), clock, random });
    const verdict = { action: "retry", kind: "rate-limit", processed: "no", health: "neutral", retryAfter: 30_000 };
    let requests = 0;
    for (let i = 0; i < 5_000; i++) {
      const attempt = async (): Promise<void> => {
        requests++;
        if (random() < failureRate) throw Object.assign(new Error("throttled"), { verdict });
      };
      void again.run(attempt).catch(() => {});
      await clock.advance(200);
    }
    await clock.advance(300_000);
    expect(requests / 5_000, `at ${failureRate}`).toBeLessThan(2.3);
  }
});

test.each([
  [50, TypeError, "Expected `options` to be an object, got 50"],
  [{ deposit: -0.1 }, RangeError, "Expected `deposit` to be a number >= 0, got -0.1"],
  [{ capacity: 0.5 }, RangeError, "Expected `capacity` to be a number >= 1, got 0.5"],
  [{ capacity: "50" }, TypeError, 'Expected `capacity` to be a number >= 1, got "50"'],
  [{ reserve: -1 }, RangeError, "Expected `reserve` to be a number >= 0 and <= 50, got -1"],
  [{ reserve: 11, capacity: 10 }, RangeError, "Expected `reserve` to be a number >= 0 and <= 10, got 11"],
  [{ clock: {} }, TypeError, "Expected `clock.now` to be a function, got undefined"],
  [{ clock: null }, TypeError, "Expected `clock.now` to be a function, got undefined"],
  [{ maxKeys: 0 }, RangeError, "Expected `maxKeys` to be an integer >= 1, got 0"],
])("%o is refused at construction", (options, type, message) => {
  const make = (): unknown => retryBudget(options as never);
  expect(make).toThrow(type);
  expect(make).toThrow(message);
});
