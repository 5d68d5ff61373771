import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sequences } from "../../../test/models/sequences.ts";
import { consecutive, countWindow, timeWindow } from "../src/index.ts";
import type { Outcome, Rules } from "./reference.ts";
import { ends, Stage, type Condition } from "./stage.ts";

/** Conditions, each with what it means. */
const conditions: readonly Condition[] = [
  {
    trip: consecutive(2),
    slowFrom: Infinity,
    trips: (all) => all.length >= 2 && all.slice(-2).every(({ is }) => is !== "success"),
  },
  {
    trip: countWindow({ size: 4, failureRate: 0.5, minimumCalls: 3 }),
    slowFrom: Infinity,
    trips: (all) => all.length >= 3 && rate(all.slice(-4), ({ is }) => is !== "success") >= 0.5,
  },
  {
    trip: timeWindow({ duration: 160, failureRate: 0.6, timeoutRate: 0.3, minimumCalls: 3 }),
    slowFrom: Infinity,
    trips(all) {
      const slot = ({ at }: Outcome): number => Math.floor(at / 10);
      const last = all.filter((each) => slot(each) > slot(all.at(-1)!) - 16);
      const reaches =
        rate(last, ({ is }) => is !== "success") >= 0.6 || rate(last, ({ is }) => is === "timeout") >= 0.3;
      return last.length >= 3 && reaches;
    },
  },
  {
    trip: [consecutive(3), countWindow({ size: 5, slowCallRate: 0.5, slowCallDuration: 50, minimumCalls: 2 })],
    slowFrom: 50,
    trips: (all) =>
      (all.length >= 3 && all.slice(-3).every(({ is }) => is !== "success")) ||
      (all.length >= 2 && rate(all.slice(-5), ({ isSlow }) => isSlow) >= 0.5),
  },
];

function rate(outcomes: readonly Outcome[], of: (outcome: Outcome) => boolean): number {
  return outcomes.filter(of).length / outcomes.length;
}

/** Something that is done to both sides. */
interface Act {
  /** Says what, in a counterexample. */
  readonly what: string;
  readonly to: (stage: Stage) => void | Promise<void>;
}

const key = fc.constantFrom("a", "a", "a", "b", "c");
const which = fc.nat(7);
const pause = fc.constantFrom(0, 1, 9, 10, 49, 50, 110, 160, 219, 220, 440, 1_000);

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(key, fc.nat(9), fc.boolean()).map(([k, earlier, hasDeadline]) => ({
      what: `start ${k} ${earlier} ${hasDeadline}`,
      to: (stage: Stage) => stage.start(k, earlier, hasDeadline),
    })),
  },
  { weight: 4, arbitrary: pause.map((ms) => ({ what: `wait ${ms}`, to: (stage: Stage) => stage.advance(ms) })) },
  { weight: 4, arbitrary: which.map((i) => ({ what: `succeed ${i}`, to: (stage: Stage) => stage.succeed(i) })) },
  {
    weight: 8,
    arbitrary: fc.tuple(which, fc.constantFrom(...ends)).map(([i, end]) => ({
      what: `fail ${i} ${end.is} ${end.retryAfter}`,
      to: (stage: Stage) => stage.fail(i, end),
    })),
  },
  { weight: 2, arbitrary: which.map((i) => ({ what: `stream ${i}`, to: (stage: Stage) => stage.stream(i) })) },
  {
    weight: 2,
    arbitrary: fc.tuple(which, fc.constantFrom(...ends)).map(([i, end]) => ({
      what: `break off ${i} ${end.is}`,
      to: (stage: Stage) => stage.breakOff(i, end),
    })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(which, fc.boolean()).map(([i, isLimit]) => ({
      what: `abort ${i} ${isLimit}`,
      to: (stage: Stage) => stage.abort(i, isLimit),
    })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(which, fc.constantFrom(...ends), fc.boolean(), fc.boolean())
      .map(([i, end, isLimit, abortsFirst]) => ({
        what: `race ${i} ${end.is} ${isLimit} ${abortsFirst}`,
        to: (stage: Stage) => stage.race(i, end, isLimit, abortsFirst),
      })),
  },
  { weight: 1, arbitrary: key.map((k) => ({ what: `isolate ${k}`, to: (stage: Stage) => stage.isolate(k) })) },
  { weight: 1, arbitrary: key.map((k) => ({ what: `close ${k}`, to: (stage: Stage) => stage.close(k) })) },
  { weight: 1, arbitrary: fc.constant({ what: "save", to: (stage: Stage) => stage.save() }) },
  { weight: 1, arbitrary: fc.constant({ what: "restore", to: (stage: Stage) => stage.restore() }) },
);

type Given = Pick<Rules, "probes" | "probeLease" | "countPer"> & { readonly condition: Condition };

async function agree(given: fc.Arbitrary<Given>, maxKeys: number): Promise<void> {
  const property = fc.asyncProperty(given, fc.array(act, { maxLength: 60, size: "max" }), async (rules, acts) => {
    const stage = new Stage({ ...rules.condition, ...rules, openFor: 100, factor: 2, maxOpenFor: 400, maxKeys });
    for (const each of acts) {
      await each.to(stage);
      await stage.compare();
    }
  });
  await fc.assert(property, sequences());
}

const probing = { probes: fc.constantFrom(1, 1, 2, 3), probeLease: fc.constantFrom(160, 1_000) };

test("the breaker does what the reference does, whatever happens in whatever order", async () => {
  const condition = fc.constantFrom(...conditions);
  const countPer = fc.constantFrom("call" as const, "attempt" as const);
  await expect(agree(fc.record({ condition, countPer, ...probing }), 1_000)).resolves.toBeUndefined();
}, 600_000);

test("to forget idle circuits loses nothing that a row of failures could tell", async () => {
  const condition = fc.constant(conditions[0]!);
  const countPer = fc.constant("attempt" as const);
  await expect(agree(fc.record({ condition, countPer, ...probing }), 1)).resolves.toBeUndefined();
}, 600_000);
