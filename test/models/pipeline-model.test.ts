import assert from "node:assert/strict";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { promisesSettled } from "./hand-clock.ts";
import { ending, how, start, terms } from "./pipeline-arbitraries.ts";
import { PipelineReference } from "./pipeline-reference.ts";
import { PipelineStage, type Failure, type How, type Start, type Terms } from "./pipeline-stage.ts";
import { sequences } from "./sequences.ts";

/** What happens to one call; `race` does two things to it at the same moment. */
type Act = "settle" | "end" | "abort" | "fire";
type Step =
  | { do: "start"; starts: readonly Start[] }
  | { do: "act"; acts: readonly Act[]; which: number; how: How; ending: Failure | undefined }
  | { do: "move"; ms: number };

interface Round {
  readonly steps: readonly Step[];
  /** Whether all timers that are due fire then, or are late. */
  readonly catchUp: boolean;
}

/** A pipeline and its reference side by side. */
class Game {
  private readonly stage: PipelineStage;
  private readonly reference: PipelineReference;

  constructor(terms: Terms) {
    this.stage = new PipelineStage(terms);
    this.reference = new PipelineReference(terms);
  }

  async play(step: Step): Promise<void> {
    if (step.do === "move") this.move(step.ms);
    else if (step.do === "act") this.act(step);
    else for (const each of step.starts) await this.start(each);
    await this.compare();
  }

  private async start(given: Start): Promise<void> {
    // Of two that are let in together and throw at once, the one without a deadline is heard sooner: here none has one of its own.
    const start = { ...given, patience: given.hears === "throws at once" ? Infinity : given.patience };
    this.stage.start(start);
    this.reference.start(start);
    await this.compare();
  }

  async catchUp(): Promise<void> {
    while (this.fire()) await this.compare();
    this.reference.checkNobodyIsForgotten();
  }

  private move(ms: number): void {
    this.stage.clock.move(ms);
    this.reference.move(ms);
  }

  /** All acts of a step concern one call, so that what follows from them has one order. */
  private act({ acts, which, how, ending }: Step & { do: "act" }): void {
    const { operations, controllers } = this.stage;
    const open = operations.filter(({ isSettled, endWork }) => !isSettled || endWork);
    const operation = open[which % open.length];
    const attempt = this.reference.attempts.find(({ id }) => id === operation?.id);
    const alone = acts.length === 1;
    for (const act of acts) {
      if (act === "fire") {
        const { armed } = this.stage.clock;
        const own = [attempt?.timer, attempt?.call.total].some(
          (timer) =>
            timer && this.reference.timers.includes(timer) && timer.at === armed[0]?.at && timer.name === armed[0].name,
        );
        const isOnlyOne = armed.filter(({ at, name }) => at === armed[0]?.at && name === armed[0].name).length === 1;
        if (alone || (own && isOnlyOne)) this.fire();
      } else if (act === "abort") {
        const id = alone ? which % controllers.length : attempt?.call.id;
        if (id === undefined || Number.isNaN(id)) continue;
        this.stage.abort(id);
        this.reference.abort(id);
      } else if (operation && attempt) {
        if (act === "settle" && !operation.isSettled) {
          // What streams after it was given up on is nobody's: an adapter cancels it.
          const real = how === "stream" && attempt.isGivenUp ? "value" : how;
          this.stage.settle(operation, real);
          this.reference.settle(attempt, real);
        } else if (act === "end" && operation.endWork) {
          this.stage.end(operation, ending);
          this.reference.endStream(attempt, ending);
        }
      }
    }
  }

  private fire(): boolean {
    const fired = this.stage.fire();
    if (fired) this.reference.fired(fired);
    return fired !== undefined;
  }

  private async compare(): Promise<void> {
    this.reference.flush();
    await promisesSettled();
    const { stage, reference } = this;
    // Those let in at one moment start in the order of their microtasks, which is nobody's concern.
    assert.deepEqual(stage.operations.map(({ id }) => id).toSorted(), reference.started.toSorted());
    assert.deepEqual(stage.outcomes, reference.outcomes);
    assert.equal(stage.limit.active(), reference.active);
    assert.equal(stage.limit.waiting(), reference.queue.length);
    assert.ok(Math.abs(stage.budget.balance("default") - reference.balance) < 1e-6);
    assert.equal(stage.breaker.state(), reference.circuit);
    const { "rate-limit-wait": _wait, "rate-limit-acquire": _acquire, ...told } = stage.told;
    assert.deepEqual(told, reference.told);
    const names = (timers: readonly { name: string; at: number }[]): string[] =>
      timers.map(({ name, at }) => `${name} at ${at}`).toSorted();
    const isQueue = ({ name }: { name: string }): boolean => name === "queue";
    assert.deepEqual(names(stage.clock.armed.filter((each) => !isQueue(each))), names(reference.timers));
    const alarms = stage.clock.armed.filter(isQueue);
    assert.ok(alarms.length <= Math.min(1, reference.queue.length));
    assert.ok((alarms[0]?.at ?? Infinity) <= reference.turn, "who waits is woken");
  }

  /** Ends all that goes on, and shows that nothing is left. */
  async finish(): Promise<void> {
    for (let left = 100; left > 0 && !this.isOver; left--) {
      this.move(1);
      await this.catchUp();
      await this.play({ do: "act", acts: ["settle"], which: 0, how: "value", ending: undefined });
      await this.play({ do: "act", acts: ["end"], which: 0, how: "value", ending: undefined });
      if (left < 50) this.move(50);
    }
    assert.ok(this.isOver, "all comes to an end");
    assert.equal(this.stage.clock.armed.length, 0);
    assert.equal(this.stage.limit.active(), 0);
    assert.ok(this.stage.operations.every(({ call }) => !call.work.held && !call.work.root.held));
  }

  private get isOver(): boolean {
    const { operations, outcomes, controllers } = this.stage;
    const isWorking = operations.some(({ isSettled, endWork }) => !isSettled || endWork);
    return !isWorking && outcomes.filter((each) => each !== undefined).length === controllers.length;
  }
}

const act = fc.constantFrom<Act>("settle", "settle", "settle", "end", "abort", "fire", "fire");
const one = fc.array(start, { minLength: 1, maxLength: 1 });
const crowd = fc.array(start, { minLength: 2, maxLength: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("start" as const), starts: one }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("start" as const), starts: crowd }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("act" as const),
      acts: fc.array(act, { minLength: 1, maxLength: 3 }),
      which: fc.nat(7),
      how,
      ending,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("move" as const), ms: fc.constantFrom(1, 5, 10, 25, 40, 1_500) }),
  },
);
const round: fc.Arbitrary<Round> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  catchUp: fc.boolean(),
});

test("a pipeline does what its reference does: attempts, permits, outcomes, circuit, budget and timers", async () => {
  const property = fc.asyncProperty(terms, fc.array(round, { maxLength: 15, size: "max" }), async (given, rounds) => {
    const game = new Game(given);
    for (const { steps, catchUp } of rounds) {
      for (const each of steps) await game.play(each);
      if (catchUp) await game.catchUp();
    }
    await game.finish();
  });
  await expect(fc.assert(property, sequences())).resolves.toBeUndefined();
}, 600_000);
