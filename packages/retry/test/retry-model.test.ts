import type { Verdict } from "@evenkeel/core";
import { fakeClock } from "@evenkeel/testkit";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sequences } from "../../../test/models/sequences.ts";
import { constant, retry, retryBudget, type GiveUpReason, type RetryEvent } from "../src/index.ts";

/** What an attempt comes to, each `latency` ms after its start. */
type Outcome = "success" | Pick<Verdict, "action" | "kind" | "processed" | "retryAfter">;

interface Plan {
  readonly outcomes: readonly Outcome[];
  readonly latency: number;
  readonly retries: number;
  readonly delay: number;
  readonly maxRetryAfter: number;
  readonly reserve: number;
  readonly deadline: number;
  readonly replay: "always" | "unprocessed";
  /** When the caller aborts: never at the same time as anything else happens. */
  readonly abortAt: number;
}

interface Story {
  /** When each attempt started. */
  readonly starts: number[];
  /** When the call settled, and with what: `done`, `abort`, or the number of the attempt whose error came out. */
  readonly settled: { at: number; with: "done" | "abort" | number };
  /** Why it gave up, after how many attempts. */
  readonly gaveUp: { reason: GiveUpReason; attempts: number } | undefined;
}

/** Tells how a call must go, with the whole future in sight: the reference. */
function foretell(plan: Plan): Story {
  const starts: number[] = [];
  let now = 0;
  let paid = 0;
  let freeUntil = 0;
  let real: number | undefined;
  for (const [index, outcome] of plan.outcomes.entries()) {
    const attempts = index + 1;
    starts.push(now);
    now += plan.latency;
    if (outcome === "success") return { starts, settled: { at: now, with: "done" }, gaveUp: undefined };
    if (plan.abortAt < now) return { starts, settled: { at: now, with: "abort" }, gaveUp: undefined };

    const isRefusal = outcome.kind === "refused";
    if (!isRefusal) real = attempts;
    const hint = outcome.retryAfter ?? 0;
    const wait = Math.max(plan.delay, hint);
    const isThrottled = attempts === 1 && outcome.kind === "rate-limit" && hint > 0;
    const isFree = isThrottled && now < freeUntil;
    const objections: [boolean, GiveUpReason][] = [
      [outcome.action !== "retry", "verdict"],
      [attempts > plan.retries, "retries"],
      [hint > plan.maxRetryAfter, "retry-after"],
      [now + wait >= plan.deadline, "deadline"],
      [!isFree && paid >= plan.reserve, "budget"],
      [plan.replay === "unprocessed" && outcome.processed !== "no", "processed"],
    ];
    const objection = objections.find(([holds]) => holds);
    if (objection) {
      const surfaced = isRefusal ? (real ?? attempts) : attempts;
      return { starts, settled: { at: now, with: surfaced }, gaveUp: { reason: objection[1], attempts } };
    }
    if (!isFree) paid++;
    if (isThrottled && !isFree) freeUntil = now + hint;
    if (plan.abortAt < now + wait) return { starts, settled: { at: plan.abortAt, with: "abort" }, gaveUp: undefined };
    now += wait;
  }
  throw new Error("the plan ends with a success");
}

/** Lets a call go. */
async function play(plan: Plan): Promise<{ story: Story; events: RetryEvent[]; pending: number }> {
  const clock = fakeClock();
  const controller = new AbortController();
  const abort = new Error("abort");
  const errors = plan.outcomes.map((outcome) =>
    Object.assign(new Error(), { verdict: { health: "failure", ...Object(outcome) } }),
  );
  const events: RetryEvent[] = [];
  const starts: number[] = [];
  const layer = retry({
    ...plan,
    backoff: constant(plan.delay),
    budget: retryBudget({ reserve: plan.reserve, clock }),
    clock,
    random: () => 0,
  });

  const operation = (): Promise<string> => {
    const index = starts.push(clock.now()) - 1;
    return new Promise((resolve, reject) => {
      const settle = (): void => (plan.outcomes[index] === "success" ? resolve("done") : reject(errors[index]));
      clock.after(plan.latency, settle);
    });
  };
  const init = {
    signal: controller.signal,
    deadline: plan.deadline,
    emit: (event: RetryEvent) => void events.push(event),
  };
  let settled: Story["settled"] | undefined;
  const answer = layer.run(operation, init).then(
    () => (settled = { at: clock.now(), with: "done" }),
    (error) => (settled = { at: clock.now(), with: error === abort ? "abort" : errors.indexOf(error) + 1 }),
  );

  if (plan.abortAt < Infinity) {
    await clock.advance(plan.abortAt);
    controller.abort(abort);
  }
  while (await clock.next());
  await answer;
  const giveUp = events.find((event) => event.type === "retry-give-up");
  const gaveUp = giveUp && { reason: giveUp.reason, attempts: giveUp.attempts };
  return { story: { starts, settled: settled!, gaveUp }, events, pending: clock.pending };
}

const failure: fc.Arbitrary<Outcome> = fc.record({
  action: fc.constantFrom("retry", "retry", "retry", "retry", "stop", "elsewhere"),
  kind: fc.constantFrom("server", "server", "refused", "rate-limit"),
  processed: fc.constantFrom("no", "no", "maybe", "yes"),
  retryAfter: fc.constantFrom(undefined, undefined, 0, 5, 50, 500),
});

const plan: fc.Arbitrary<Plan> = fc.record({
  outcomes: fc.array(failure, { maxLength: 8 }).map((failures) => failures.concat("success")),
  latency: fc.constantFrom(0, 1, 10),
  retries: fc.constantFrom(0, 1, 3, 5, Infinity),
  delay: fc.constantFrom(0, 10, 100),
  maxRetryAfter: fc.constantFrom(10, 100, Infinity),
  reserve: fc.integer({ min: 0, max: 8 }),
  deadline: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 600 })),
  replay: fc.constantFrom("always", "unprocessed"),
  abortAt: fc.oneof(
    fc.constant(Infinity),
    fc.integer({ min: 0, max: 600 }).map((ms) => ms + 0.5),
  ),
});

test("every call goes as foretold: attempts, times, outcome, reason and events, with nothing left armed", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (given) => {
      const foretold = foretell(given);
      const { story, events, pending } = await play(given);
      expect(story).toEqual(foretold);
      expect(pending).toBe(0);
      const retries = events.filter(({ type }) => type === "retry");
      expect(retries.map(({ attempt }) => attempt)).toEqual(retries.map((_, i) => i + 1));
      const made = story.starts.length;
      const leftInBackoff = story.settled.with === "abort" && story.settled.at === given.abortAt;
      expect(retries.length).toBe(leftInBackoff ? made : made - 1);
    }),
    sequences(),
  );
}, 600_000);
