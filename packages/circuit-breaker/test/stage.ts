/** A breaker and its reference side by side, and what may be done to both. */
import assert from "node:assert/strict";
import { startCall, type Call, type EndWork } from "@evenkeel/core";
import { mockNext } from "@evenkeel/testkit";
import {
  circuitBreaker,
  CircuitOpenError,
  type CircuitBreaker,
  type CircuitSnapshot,
  type TripCondition,
} from "../src/index.ts";
import { judged, settled, timeLimit } from "./play.ts";
import { Reference, type End, type Passage, type Rules } from "./reference.ts";

/** A condition, and what it means. */
export interface Condition extends Pick<Rules, "trips" | "slowFrom"> {
  readonly trip: TripCondition | TripCondition[];
}

/** A call that was admitted, on both sides. */
interface Pair {
  readonly reference: Reference;
  readonly passage: Passage;
  readonly call: Call;
  readonly controller: AbortController;
  readonly resolve: (value: string) => void;
  readonly reject: (error: unknown) => void;
  endWork: EndWork | undefined;
  isOver: boolean;
}

/** How a call, or its body, may end. */
export const ends: readonly (End & { readonly error: Error })[] = [
  { is: "failure", error: new Error("unknown") },
  { is: "failure", error: judged({ health: "failure", retryAfter: 250 }), retryAfter: 250 },
  { is: "timeout", error: judged({ kind: "timeout", health: "failure" }) },
  { is: "neutral", error: judged({ action: "stop", health: "neutral" }) },
  { is: "success", error: judged({ action: "stop", health: "success" }) },
];

export class Stage {
  readonly told: Map<string, string[]> = new Map();
  private now = 1_700_000_000_000;
  private readonly breaker: CircuitBreaker;
  private readonly references: Map<string, Reference> = new Map();
  private pairs: Pair[] = [];
  /** Calls of which an attempt has ended: there may be another. */
  private ended: Call[] = [];
  private saved: { snapshot: CircuitSnapshot; memories: [string, ReturnType<Reference["save"]>][] } | undefined;
  private readonly rules: Rules;

  constructor(rules: Rules & Condition & { maxKeys: number }) {
    this.rules = rules;
    const clock = { now: () => this.now, after: () => () => {} };
    const emit = ({ key, type }: { key: string; type: string }): void => this.hear(key, type);
    this.breaker = circuitBreaker({ ...rules, clock, random: () => 0.5, emit });
  }

  advance(ms: number): void {
    this.now += ms;
  }

  /** Starts a call, or another attempt of an earlier one. */
  async start(key: string, earlier: number, hasDeadline: boolean): Promise<void> {
    const reference = this.of(key);
    const controller = new AbortController();
    const parent = this.ended.filter((call) => call.key === key).at(-1 - earlier);
    this.ended = this.ended.filter((call) => call !== parent);
    const emit = ({ type }: { type: string }): void => this.hear(key, type);
    const deadline = hasDeadline ? this.now + 1e6 : Infinity;
    const fresh = startCall("x", { key, signal: controller.signal, emit, deadline });
    const call: Call = parent ? { ...fresh, work: parent.work.root.fork() } : fresh;

    const expected = reference.hasRoom(this.now);
    const retryAfter = reference.retryAfter(this.now);
    const isThrough = await this.breaker.gate({ ...call, emit: undefined }, async () => true).catch(() => false);
    assert.equal(isThrough, expected);

    const passage = reference.start(this.now, call.work.root);
    const { next, request } = mockNext<string>();
    const outcome = settled(this.breaker(call, next));
    if (passage) {
      const { resolve, reject } = await request();
      this.pairs.push({ reference, passage, call, controller, resolve, reject, endWork: undefined, isOver: false });
    } else {
      const refusal = await outcome;
      assert.ok(refusal instanceof CircuitOpenError);
      assert.equal(refusal.retryAfter, retryAfter);
    }
  }

  succeed(which: number): void {
    this.withCall(which, (pair) => {
      if (pair.endWork) return this.endBody(pair, { is: "success" });
      this.settle(pair, { is: "success" });
      pair.resolve("well");
    });
  }

  fail(which: number, { error, ...end }: (typeof ends)[number]): void {
    this.withCall(which, (pair) => {
      if (pair.endWork) return this.endBody(pair, end, error);
      this.settle(pair, end);
      pair.reject(error);
    });
  }

  /** Answers, and lets the body stream on. */
  stream(which: number): void {
    this.withCall(which, (pair) => {
      if (pair.endWork || pair.controller.signal.aborted) return;
      pair.endWork = pair.call.work.hold();
      pair.resolve("headers");
      pair.reference.answer(pair.passage, this.now);
    });
  }

  /** Answers, and ends the body before the answer is handed on. */
  breakOff(which: number, { error, ...end }: (typeof ends)[number]): void {
    this.withCall(which, (pair) => {
      if (pair.endWork) return;
      const endWork = pair.call.work.hold();
      pair.resolve("headers");
      endWork(error);
      this.settle(pair, end);
    });
  }

  abort(which: number, isLimit: boolean): void {
    this.withCall(which, (pair) => {
      const { controller, call, passage, endWork } = pair;
      if (controller.signal.aborted) return;
      controller.abort(isLimit ? timeLimit() : "the caller");
      const isHeard = !endWork && (passage.isProbe || call.deadline < Infinity);
      if (isHeard) this.settle(pair, { is: "neutral" });
    });
  }

  /** Ends a call and aborts it at the same moment: an abort is heard before a promise, but not before a body. */
  race(which: number, { error, ...end }: (typeof ends)[number], isLimit: boolean, abortsFirst: boolean): void {
    this.withCall(which, (pair) => {
      const { controller, endWork } = pair;
      if (controller.signal.aborted) return;
      const abort = (): void => controller.abort(isLimit ? timeLimit() : "the caller");
      if (abortsFirst) abort();
      if (endWork) this.endBody(pair, end, error);
      else if (end.is === "success") pair.resolve("well");
      else pair.reject(error);
      if (!abortsFirst) abort();
      if (!endWork) this.settle(pair, end);
    });
  }

  isolate(key: string): void {
    this.of(key).isolate();
    this.breaker.isolate(key);
  }

  close(key: string): void {
    this.of(key).close();
    this.breaker.close(key);
  }

  save(): void {
    const memories = Array.from(this.references, ([key, reference]): [string, ReturnType<Reference["save"]>] => [
      key,
      reference.save(),
    ]);
    this.saved = { snapshot: JSON.parse(JSON.stringify(this.breaker.snapshot())), memories };
  }

  restore(): void {
    if (!this.saved) return;
    const named = new Set(this.saved.snapshot.circuits.map(({ key }) => key));
    for (const [key, memory] of this.saved.memories) if (named.has(key)) this.of(key).restore(memory);
    this.breaker.restore(this.saved.snapshot);
  }

  /** Compares both sides, once every promise has settled that can. */
  async compare(): Promise<void> {
    for (let i = 0; i < 8; i++) await Promise.resolve();
    for (const [key, reference] of this.references) {
      assert.equal(this.breaker.state(key), reference.state(this.now));
      assert.deepEqual(this.toldOf(key), reference.events);
    }
  }

  private settle(pair: Pair, end: End): void {
    pair.passage.duration = this.now - pair.passage.startedAt;
    this.endBody(pair, end);
  }

  private endBody(pair: Pair, end: End, error?: unknown): void {
    const { controller, endWork, passage, reference } = pair;
    pair.isOver = true;
    this.ended.push(pair.call);
    const cut: End = { is: typeof controller.signal.reason === "string" ? "neutral" : "timeout" };
    reference.end(passage, controller.signal.aborted ? cut : end, this.now);
    endWork?.(error);
  }

  private withCall(which: number, act: (pair: Pair) => void): void {
    this.pairs = this.pairs.filter(({ isOver }) => !isOver);
    const pair = this.pairs[which % this.pairs.length];
    if (pair) act(pair);
  }

  private of(key: string): Reference {
    const reference = this.references.get(key) ?? new Reference(this.rules);
    this.references.set(key, reference);
    return reference;
  }

  /** A listener that throws, which is nobody's concern. */
  private hear(key: string, type: string): never {
    this.toldOf(key).push(type);
    throw new Error("a listener that throws");
  }

  private toldOf(key: string): string[] {
    const told = this.told.get(key) ?? [];
    this.told.set(key, told);
    return told;
  }
}
