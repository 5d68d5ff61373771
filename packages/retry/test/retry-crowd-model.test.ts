import assert from "node:assert/strict";
import { onAbort, type Call } from "@evenkeel/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { HandClock, promisesSettled } from "../../../test/models/hand-clock.ts";
import { sequences } from "../../../test/models/sequences.ts";
import { linear, retry, retryBudget, type RetryEvent } from "../src/index.ts";

/** What an attempt may fail with. */
const failures = {
  server: { action: "retry", kind: "server", processed: "maybe" },
  unsent: { action: "retry", kind: "network", processed: "no" },
  limited: { action: "retry", kind: "rate-limit", processed: "no", retryAfter: 20 },
  patient: { action: "retry", kind: "overloaded", processed: "no", retryAfter: 500 },
  refusal: { action: "retry", kind: "refused", processed: "no" },
  invalid: { action: "stop", kind: "invalid-request", processed: "no" },
} as const;
type Failure = keyof typeof failures;
type How = "value" | Failure;

interface Terms {
  readonly retries: number;
  readonly delay: number;
  readonly replay: "always" | "unprocessed";
  readonly reserve: number;
  readonly capacity: number;
}

type Step =
  | { do: "start"; key: string; patience: number; hears: boolean; isLoud: boolean }
  | { do: "settle" | "settle, abort" | "abort, settle"; which: number; how: How }
  | { do: "abort"; which: number }
  | { do: "fire" }
  | { do: "move"; ms: number };

/** A call as the reference knows it: at work, or waiting for its timer, or over. */
interface Known {
  readonly id: number;
  readonly key: string;
  readonly deadline: number;
  readonly hears: boolean;
  attempts: number;
  isAtWork: boolean;
  wakesAt: number | undefined;
  order: number;
  isAborted: boolean;
  lastReal: string | undefined;
  /** What its last attempt failed with. */
  said: string;
  isOver: boolean;
}

/** Calls that share a budget, and what must come of them. */
class Game {
  private readonly terms: Terms;
  private readonly clock = new HandClock();
  private readonly budget: ReturnType<typeof retryBudget>;
  private readonly layer: ReturnType<typeof retry>;
  private readonly controllers: AbortController[] = [];
  private readonly calls: Call[] = [];
  private readonly settlers: { resolve: (value: string) => void; reject: (error: unknown) => void }[] = [];
  private readonly did = { starts: [] as string[], outcomes: [] as string[], events: [] as string[] };
  private readonly must = { starts: [] as string[], outcomes: [] as string[], events: [] as string[] };
  private readonly known: Known[] = [];
  private readonly balances: Record<string, number>;
  /** Until when a key that was throttled pays for no further retry of this kind. */
  private readonly paidUntil: Record<string, number> = { a: 0, b: 0 };
  private readonly soon: (() => void)[] = [];
  private timers = 0;

  constructor(terms: Terms) {
    this.terms = terms;
    const { reserve, capacity, delay, ...rest } = terms;
    this.budget = retryBudget({ reserve, capacity, deposit: 0.3, clock: this.clock });
    this.balances = { a: reserve, b: reserve };
    const backoff = linear({ initial: delay, step: delay, jitter: (ms) => ms });
    const { clock, budget } = this;
    this.layer = retry({ ...rest, backoff, budget, maxRetryAfter: 100, clock, random: () => 0.5 });
  }

  async play(step: Step): Promise<void> {
    const known = "which" in step ? this.known[step.which % this.known.length] : undefined;
    if (step.do === "move") this.clock.move(step.ms);
    else if (step.do === "start") this.start(step);
    else if (step.do === "fire") this.fire();
    else if (known)
      for (const act of step.do.split(", ")) {
        if (act === "abort") this.abort(known);
        else if (known.isAtWork && "how" in step) this.settle(known, step.how);
      }
    await this.compare();
  }

  private start({ key, patience, hears, isLoud }: Step & { do: "start" }): void {
    const id = this.controllers.push(new AbortController()) - 1;
    const deadline = this.clock.now() + patience;
    const operation = (call: Call): Promise<string> => {
      this.calls[id] = call;
      this.did.starts.push(`${id}.${call.attempt} at ${this.clock.now()}`);
      return new Promise((resolve, reject) => {
        this.settlers[id] = { resolve, reject };
        if (hears) onAbort(call.signal, reject);
      });
    };
    const emit = (event: RetryEvent): void => {
      const what = event.type === "retry" ? `wait ${event.delay}` : `${event.reason} ${event.attempts}`;
      this.did.events.push(`${id}: ${what}`);
      if (isLoud) throw new Error("a listener that throws");
    };
    const tell = (outcome: unknown): void => {
      assert.equal(this.did.outcomes[id], undefined, "settled once");
      this.did.outcomes[id] = outcome instanceof Error ? outcome.message : String(outcome);
    };
    void this.layer.run(operation, { signal: this.controllers[id]!.signal, deadline, key, emit }).then(tell, tell);
    this.known.push({
      id,
      key,
      deadline,
      hears,
      attempts: 0,
      isAtWork: false,
      wakesAt: undefined,
      order: 0,
      isAborted: false,
      lastReal: undefined,
      said: "",
      isOver: false,
    });
    this.attempt(this.known[id]!);
  }

  private settle(known: Known, how: How): void {
    const said = `${how} ${known.id}.${known.attempts}`;
    const { resolve, reject } = this.settlers[known.id]!;
    if (how === "value") resolve(said);
    else reject(Object.assign(new Error(said), { verdict: failures[how] }));
    this.come(known, how, said);
  }

  private abort(known: Known): void {
    const reason = `abort of ${known.id}`;
    this.controllers[known.id]!.abort(new Error(reason));
    if (known.isAborted) return;
    known.isAborted = true;
    if (known.wakesAt !== undefined) {
      known.wakesAt = undefined;
      this.over(known, reason);
    } else if (known.isAtWork && known.hears) this.come(known, "server", reason);
  }

  private fire(): void {
    const waiting = this.known.filter(({ wakesAt }) => wakesAt !== undefined && wakesAt <= this.clock.now());
    const [first] = waiting.toSorted((a, b) => a.wakesAt! - b.wakesAt! || a.order - b.order);
    assert.equal(this.clock.fire()?.at, first?.wakesAt);
    if (!first) return;
    first.wakesAt = undefined;
    if (this.clock.now() < first.deadline) return this.attempt(first);
    this.must.events.push(`${first.id}: deadline ${first.attempts}`);
    this.over(first, first.lastReal ?? first.said);
  }

  // What must come of it.

  private attempt(known: Known): void {
    known.attempts++;
    known.isAtWork = true;
    this.must.starts.push(`${known.id}.${known.attempts} at ${this.clock.now()}`);
  }

  /** The operation has settled; its promise tells soon. */
  private come(known: Known, how: How, said: string): void {
    known.isAtWork = false;
    this.soon.push(() => {
      if (how === "value") {
        const { capacity } = this.terms;
        this.balances[known.key] = Math.min(capacity, this.balances[known.key]! + 0.3);
        this.over(known, said);
      } else if (known.isAborted) this.over(known, `abort of ${known.id}`);
      else this.judge(known, how, said);
    });
  }

  private judge(known: Known, how: Failure, said: string): void {
    const { attempts, key, id } = known;
    const verdict: { action: string; kind: string; processed: string; retryAfter?: number } = failures[how];
    const { action, kind, processed, retryAfter = 0 } = verdict;
    const { retries, delay, replay } = this.terms;
    known.said = said;
    if (kind !== "refused") known.lastReal = said;
    const backoff = Math.min(30_000, delay * attempts);
    const wait = retryAfter > backoff ? retryAfter * 1.05 : backoff;
    const isThrottled = attempts === 1 && kind === "rate-limit" && retryAfter > 0;
    const isFree = isThrottled && this.clock.now() < this.paidUntil[key]!;
    const objections: [boolean, string][] = [
      [action !== "retry", "verdict"],
      [attempts > retries, "retries"],
      [retryAfter > 100, "retry-after"],
      [this.clock.now() + wait >= known.deadline, "deadline"],
      [!isFree && this.balances[key]! < 1 - 1e-9, "budget"],
      [replay === "unprocessed" && processed !== "no", "processed"],
    ];
    const objection = objections.find(([holds]) => holds);
    if (objection) {
      this.must.events.push(`${id}: ${objection[1]} ${attempts}`);
      return this.over(known, kind === "refused" ? (known.lastReal ?? said) : said);
    }
    if (!isFree) {
      this.balances[key] = Math.max(0, this.balances[key]! - 1);
      if (isThrottled) this.paidUntil[key] = this.clock.now() + retryAfter;
    }
    this.must.events.push(`${id}: wait ${wait}`);
    if (wait === 0) return this.attempt(known);
    known.wakesAt = this.clock.now() + wait;
    known.order = this.timers++;
  }

  private over(known: Known, outcome: string): void {
    known.isOver = true;
    this.must.outcomes[known.id] = outcome;
  }

  private async compare(): Promise<void> {
    for (let next = this.soon.shift(); next; next = this.soon.shift()) next();
    await promisesSettled();
    assert.deepEqual(this.did, this.must);
    const armed = this.clock.armed.map(({ at }) => at);
    const waiting = this.known.flatMap(({ wakesAt }) => wakesAt ?? []);
    assert.deepEqual(
      armed,
      waiting.toSorted((a, b) => a - b),
    );
    for (const [key, balance] of Object.entries(this.balances))
      assert.ok(Math.abs(this.budget.balance(key) - balance) < 1e-9);
    for (const { id, lastReal } of this.known) {
      const { lastError } = this.calls[id]!.work.root;
      assert.equal(lastError instanceof Error ? lastError.message : lastError, lastReal);
    }
  }

  /** Ends all that goes on, and shows that nothing is left. */
  async finish(): Promise<void> {
    while (this.known.some(({ isOver }) => !isOver)) {
      await this.play({ do: "move", ms: 10 });
      await this.play({ do: "fire" });
      const which = this.known.findIndex(({ isAtWork }) => isAtWork);
      if (which >= 0) await this.play({ do: "settle", which, how: "value" });
    }
    assert.equal(this.clock.armed.length, 0);
  }
}

const which = fc.nat(7);
const how = fc.constantFrom<How>("value", "server", "server", "unsent", "limited", "patient", "refusal", "invalid");
const settle = fc.constantFrom(
  "settle" as const,
  "settle" as const,
  "settle, abort" as const,
  "abort, settle" as const,
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("start" as const),
      key: fc.constantFrom("a", "a", "b"),
      patience: fc.constantFrom(Infinity, Infinity, 15),
      hears: fc.boolean(),
      isLoud: fc.boolean(),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: settle, which, how }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("abort" as const), which }) },
  { weight: 4, arbitrary: fc.constant<Step>({ do: "fire" }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("move" as const), ms: fc.constantFrom(1, 5, 10, 20) }) },
);
const terms: fc.Arbitrary<Terms> = fc.record({
  retries: fc.constantFrom(0, 1, 3, Infinity),
  delay: fc.constantFrom(0, 5, 10),
  replay: fc.constantFrom("always", "always", "unprocessed"),
  reserve: fc.constantFrom(0, 0.5, 1, 2),
  capacity: fc.constantFrom(2, 50),
});

test("calls that share a budget go as their model says, whatever happens to them in whatever order", async () => {
  const property = fc.asyncProperty(terms, fc.array(step, { maxLength: 60, size: "max" }), async (given, steps) => {
    const game = new Game(given);
    for (const each of steps) await game.play(each);
    await game.finish();
  });
  await expect(fc.assert(property, sequences())).resolves.toBeUndefined();
}, 600_000);
