import * as fc from "fast-check";
import { expect, test } from "vitest";
import { semaphore } from "../src/index.ts";
import { compare, LimiterModel, type Terms } from "./limiter-model.ts";

interface Given extends Terms {
  readonly permits: number;
}

class Model extends LimiterModel {
  private active = 0;
  private permits: number;

  constructor(given: Given) {
    super(given);
    this.permits = given.permits;
  }

  protected override hasRoom(): boolean {
    return this.active < this.permits;
  }

  protected override soonest(): number {
    return 0;
  }

  protected override take(): void {
    this.active++;
  }

  protected override giveBack(): void {
    this.active--;
  }

  protected override tick(): void {}

  override resize(permits: number): void {
    this.permits = permits;
    this.serve();
  }

  override get state(): unknown[] {
    return [this.active, this.permits];
  }
}

const given: fc.Arbitrary<Given> = fc.record({
  permits: fc.integer({ min: 1, max: 3 }),
  maxQueue: fc.constantFrom(0, 2, 5, Infinity),
  queueTimeout: fc.constantFrom(0, 7, Infinity, Infinity),
});

test("whatever happens, in whatever order, the semaphore does what its model does", async () => {
  const begun = await compare(
    given,
    fc.constant(1),
    (terms) => new Model(terms),
    ({ permits }, options) => {
      const limit = semaphore({ permits, ...options });
      return { limit, resize: limit.resize, state: () => [limit.active(), limit.permits] };
    },
  );
  expect(begun).toBeGreaterThan(100);
}, 600_000);
