import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { promisesSettled } from "./hand-clock.ts";
import { ending, how, start, terms } from "./pipeline-arbitraries.ts";
import { PipelineStage, type Failure, type How, type Operation, type Start, type Terms } from "./pipeline-stage.ts";
import { sequences } from "./sequences.ts";

type Step =
  | { do: "start"; start: Start }
  | { do: "settle"; which: number; how: How }
  | { do: "end"; which: number; ending: Failure | undefined }
  | { do: "abort"; which: number }
  | { do: "fire" };

/** Any number of calls at one moment, in any order: what must be true of them then, whatever their order was. */
class Crowd {
  private readonly terms: Terms;
  private readonly stage: PipelineStage;
  private readonly aborted = new Set<number>();
  private readonly settled = new Map<number, string>();
  private readonly resolved = new Set<string>();

  constructor(terms: Terms) {
    this.terms = terms;
    this.stage = new PipelineStage(terms);
  }

  play(step: Step): void {
    const { stage } = this;
    const pick = (of: (operation: Operation) => boolean): Operation | undefined => {
      const those = stage.operations.filter(of);
      return "which" in step ? those[step.which % those.length] : undefined;
    };
    if (step.do === "start") stage.start(step.start);
    else if (step.do === "fire") stage.fire();
    else if (step.do === "abort" && stage.controllers.length > 0) {
      const id = step.which % stage.controllers.length;
      stage.abort(id);
      this.aborted.add(id);
    } else if (step.do === "settle") {
      const operation = pick(({ isSettled }) => !isSettled);
      if (!operation) return;
      // What streams after it was given up on is nobody's: an adapter cancels it.
      const real = step.how === "stream" && operation.call.signal.aborted ? "value" : step.how;
      if (real === "value" || real === "stream") this.resolved.add(operation.id);
      stage.settle(operation, real);
    } else if (step.do === "end") {
      const operation = pick(({ endWork }) => endWork !== undefined);
      if (operation) stage.end(operation, step.ending);
    }
  }

  /** Plays all steps before any promise can tell, then looks at everything. */
  async moment(steps: readonly Step[], ms: number): Promise<void> {
    const { stage } = this;
    stage.clock.move(ms);
    const before = stage.operations.length;
    const wasShut = stage.breaker.state() === "open" && ms === 0;
    for (const each of steps) this.play(each);
    await promisesSettled();

    if (wasShut && stage.breaker.state() === "open") assert.equal(stage.operations.length, before, "none starts");
    const atWork = stage.operations.filter(({ isSettled, endWork }) => !isSettled || endWork);
    assert.equal(stage.limit.active(), atWork.length, "a permit for each operation at work, and for no other");
    assert.ok(stage.limit.active() <= this.terms.permits);
    const balance = stage.budget.balance("default");
    assert.ok(balance >= 0 && balance <= 50);
    stage.controllers.forEach((_, call) => this.checkCall(call));
    this.checkTimers();
  }

  private checkCall(call: number): void {
    const { outcomes, operations, controllers } = this.stage;
    const outcome = outcomes[call];
    const own = operations.filter(({ id }) => id.startsWith(`${call}.`));
    assert.ok(own.length <= this.terms.retries + 1, "no more attempts than allowed");
    assert.ok(own.filter(({ call }) => !call.signal.aborted).filter(({ isSettled }) => !isSettled).length <= 1);
    assert.ok(getEventListeners(controllers[call]!.signal, "abort").length <= 1);
    if (this.aborted.has(call)) assert.ok(outcome !== undefined, "an abort is heard at once");
    if (outcome === undefined) return;

    assert.equal(outcome, this.settled.get(call) ?? outcome, "settled once");
    this.settled.set(call, outcome);
    const [kind = "", of = ""] = outcome.split(/(?<=^\S+) /);
    if (kind === "abort") assert.ok(this.aborted.has(call) && outcome === `abort of ${call}`);
    else if (kind === "well") assert.ok(this.resolved.has(of) && own.at(-1)?.id === of, "the last attempt's result");
    else if (kind === "timeout") assert.match(of, /^(total|attempt), (none|timeout attempt|\w+ \d+\.)/);
    else if (kind === "refused") assert.match(of, /^(circuit|queue-full|queue-timeout|deadline|paused)$/);
    else
      assert.ok(
        own.some(({ id }) => id === of),
        "an error of its own",
      );
  }

  private checkTimers(): void {
    const { clock, limit, operations, outcomes, controllers } = this.stage;
    const open = controllers.filter((_, call) => outcomes[call] === undefined).length;
    const armed = (name: string): number => clock.armed.filter((timer) => timer.name === name).length;
    assert.equal(armed("total"), this.terms.total < Infinity ? open : 0);
    const bounded = operations.filter(({ isSettled, call }) => !isSettled && !call.signal.aborted);
    assert.equal(armed("attempt"), this.terms.attempt < Infinity ? bounded.length : 0);
    assert.ok(armed("backoff") <= open - bounded.length - limit.waiting());
    assert.ok(armed("queue") <= Math.min(1, limit.waiting()));
  }

  async finish(): Promise<void> {
    const { stage } = this;
    const isOver = (): boolean => stage.limit.active() === 0 && this.settled.size === stage.controllers.length;
    for (let left = 200; left > 0 && !isOver(); left--) {
      const all = stage.operations.map((): Step => ({ do: "settle", which: 0, how: "value" }));
      const ends = stage.operations.map((): Step => ({ do: "end", which: 0, ending: undefined }));
      await this.moment([...all, ...ends], 0);
      await this.moment([{ do: "fire" }, { do: "fire" }], 10);
    }
    assert.ok(isOver(), "all comes to an end");
    assert.equal(stage.clock.armed.length, 0);
    assert.equal(stage.limit.waiting(), 0);
    assert.ok(stage.operations.every(({ call }) => !call.work.held && !call.work.root.held));
  }
}

const which = fc.nat(9);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("start" as const), start }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("settle" as const), which, how }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("end" as const), which, ending }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("abort" as const), which }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("fire" as const) }) },
);
const moment = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  ms: fc.constantFrom(0, 0, 1, 5, 10, 25, 1_500),
});

/** Also without a limit on attempts, where it is the circuit breaker that leaves behind an operation that is deaf. */
const anyTerms = fc.tuple(terms, fc.boolean()).map(([given, isUnlimited]): Terms => {
  return isUnlimited && given.total < Infinity ? { ...given, attempt: Infinity } : given;
});

test("whatever happens at one moment to whatever calls, no permit, timer, listener or outcome is lost or doubled", async () => {
  const property = fc.asyncProperty(
    anyTerms,
    fc.array(moment, { maxLength: 20, size: "max" }),
    async (given, moments) => {
      const crowd = new Crowd(given);
      for (const { steps, ms } of moments) await crowd.moment(steps, ms);
      await crowd.finish();
    },
  );
  await expect(fc.assert(property, sequences())).resolves.toBeUndefined();
}, 600_000);
