import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { compose, onAbort, startCall, type Call, type EndWork } from "@evenkeel/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { HandClock, promisesSettled } from "../../../test/models/hand-clock.ts";
import { sequences } from "../../../test/models/sequences.ts";
import { timeout, TimeoutError } from "../src/index.ts";

/** What happens at one moment; `which` picks one of the calls to which it can happen. */
type Step =
  | { do: "start"; limits: readonly number[]; source: number; patience: number; hears: Hears; isLate: boolean }
  | { do: "settle"; which: number; how: How; isNoted: boolean }
  | { do: "end"; which: number }
  | { do: "abort"; source: number }
  | { do: "fire" };

/** What an operation does when its signal aborts. */
type Hears = "nothing" | "rejects" | "resolves" | "throws at once";
/** How an operation settles; a stream goes on after that. */
type How = "value" | "object" | "error" | "stream" | "failing stream";

/** One limit of a call. */
interface Level {
  readonly name: string;
  readonly limit: number;
  /** When its timer fires, and which timer that is, in the order in which they were set. */
  at: number;
  timer: number;
  /** Whether its timer has fired too late, and has been set once more. */
  isLastChance: boolean;
  state: "armed" | "gave up" | "settled";
  /** What it gave up with. */
  reason?: unknown;
}

/** A call as the reference knows it. */
interface Known {
  readonly id: string;
  /** Those that are limits at all, the outermost first. */
  readonly levels: readonly Level[];
  readonly source: AbortSignal;
  readonly hears: Hears;
  /** What the operation has come to, though its promise may not have told yet. */
  came?: { readonly what: unknown } | undefined;
  isTold: boolean;
  /** What its caller got. */
  outcome?: unknown;
  isSettled: boolean;
  /** What the operation's signal aborted with. */
  cut?: { readonly reason: unknown };
  isStreaming: boolean;
  /** Whether the caller's abort still reaches the operation. */
  isLinked: boolean;
  lastError?: unknown;
}

/** Both sides of one game: what is done, and what must come of it. */
class Game {
  private readonly clock = new HandClock();
  private sources = [0, 1].map(() => new AbortController());
  private aborted = AbortSignal.abort(new Error("before"));
  private readonly allSources: AbortSignal[] = [];
  private readonly known: Known[] = [];
  private timers = 0;
  private readonly foretold: string[] = [];
  private readonly told: string[] = [];
  // What really happens, by call.
  private readonly calls = new Map<string, Call>();
  private readonly outcomes = new Map<string, unknown>();
  private readonly settlers = new Map<
    string,
    { resolve: (value: unknown) => void; reject: (error: unknown) => void }
  >();
  private readonly ends = new Map<string, EndWork>();

  play(step: Step): void {
    const pick = (of: (known: Known) => boolean): Known | undefined => {
      const those = this.known.filter(of);
      return "which" in step ? those[step.which % those.length] : undefined;
    };
    if (step.do === "start") this.start(step);
    else if (step.do === "abort") this.abort(step.source);
    else if (step.do === "fire") this.fire();
    else if (step.do === "settle")
      this.settle(
        pick(({ id, came }) => this.calls.has(id) && !came),
        step,
      );
    else this.end(pick(({ isStreaming }) => isStreaming));
  }

  move(ms: number): void {
    this.clock.move(ms);
  }

  get isOver(): boolean {
    return this.known.every(({ came, id, isStreaming }) => (came || !this.calls.has(id)) && !isStreaming);
  }

  private start({ limits, source, patience, hears, isLate }: Step & { do: "start" }): void {
    const id = `${this.known.length}`;
    const signal = isLate ? this.aborted : this.sources[source]?.signal;
    if (signal) this.allSources.push(signal);
    const now = this.clock.now();
    const known: Known = {
      id,
      levels: limits
        .map((limit, level): Level => {
          const name = `${id}.${level}`;
          return { name, limit, at: now + limit, timer: this.timers++, isLastChance: false, state: "armed" };
        })
        .filter(({ limit }) => !isLate && limit < Infinity),
      source: signal ?? new AbortController().signal,
      hears,
      isTold: false,
      isSettled: isLate,
      outcome: isLate ? this.aborted.reason : undefined,
      isStreaming: false,
      isLinked: !isLate,
    };
    this.known.push(known);

    const layers = limits.map((limit, level) => {
      const options = { label: `${id}.${level}`, clock: this.clock.named(`${id}.${level}`) };
      return timeout(level % 2 === 0 ? limit : ({ attempt }) => attempt * limit, options);
    });
    const operation = (call: Call): Promise<unknown> => {
      this.calls.set(id, call);
      assert.equal(call.deadline, Math.min(now + patience, ...known.levels.map(({ at }) => at)));
      if (hears === "throws at once") throw (known.came = { what: new Error("at once") }).what;
      const promise = new Promise((resolve, reject) => this.settlers.set(id, { resolve, reject }));
      if (hears !== "nothing") {
        const { resolve, reject } = this.settlers.get(id)!;
        const stop = onAbort(call.signal, (reason) => (hears === "rejects" ? reject(reason) : resolve("late")));
        promise.then(stop, stop);
      }
      return promise;
    };
    const emit = ({ type, label }: { type: string; label?: unknown }): never => {
      this.told.push(`${type} ${String(label)}`);
      throw new Error("a listener that throws");
    };
    const tell = (outcome: unknown): void => {
      assert.ok(!this.outcomes.has(id));
      this.outcomes.set(id, outcome);
    };
    const init = { signal, deadline: now + patience, emit };
    const pipeline = compose(...layers);
    // Without `run`, which would not even begin, a limit itself meets a signal that has aborted.
    const outcome =
      isLate && layers.length > 0 ? pipeline(startCall(undefined, init), operation) : pipeline.run(operation, init);
    void outcome.then(tell, tell);
    assert.equal(this.calls.has(id), !isLate);
  }

  private settle(known: Known | undefined, { how, isNoted }: Step & { do: "settle" }): void {
    if (!known) return;
    const { work } = this.calls.get(known.id)!;
    if (isNoted) work.root.lastError = known.lastError = new Error(`noted by ${known.id}`);
    if (how.endsWith("stream")) {
      this.ends.set(known.id, work.hold());
      known.isStreaming = true;
    }
    const isError = how === "error" || how === "failing stream";
    const what = isError ? new Error(`failed ${known.id}`) : how === "object" ? {} : known.id;
    known.came = { what };
    const { resolve, reject } = this.settlers.get(known.id)!;
    if (isError) reject(what);
    else resolve(what);
  }

  private end(known: Known | undefined): void {
    if (!known) return;
    this.ends.get(known.id)!();
    known.isStreaming = false;
    if (known.isSettled) known.isLinked &&= known.levels.length === 0;
  }

  /** Once with each order of all that happens at the same moment: whoever aborts first is heard. */
  private abort(source: number): void {
    const controller = this.sources[source];
    if (!controller) return;
    const reason = new Error(`abort of ${source}`);
    controller.abort(reason);
    this.aborted = controller.signal;
    this.sources[source] = new AbortController();
    for (const known of this.known)
      if (known.source === controller.signal && (known.isLinked || !known.isSettled))
        this.giveUp(known, known.levels, reason);
  }

  private fire(): void {
    const due = this.armed.find(({ at }) => at <= this.clock.now());
    const errors = new Map(this.known.map(({ id, lastError }) => [id, lastError]));
    const fired = this.clock.fire();
    assert.equal(fired?.name, due?.name);
    if (!due) return;
    const now = this.clock.now();
    if (!due.isLastChance && now > due.at + 10) {
      Object.assign(due, { at: now, timer: this.timers++, isLastChance: true });
      return;
    }
    const known = this.known.find(({ levels }) => levels.includes(due))!;
    const inner = known.levels.slice(known.levels.indexOf(due));
    // Which error it is can be seen at the operation only if it has not been cut before; its fields tell all.
    const expected = new TimeoutError(due.limit, due.name, errors.get(known.id));
    this.foretold.push(`timeout ${due.name}`);
    this.giveUp(known, inner, expected);
  }

  /** An abort goes inwards, until it meets a limit that has given up before. */
  private giveUp(known: Known, levels: readonly Level[], reason: unknown): void {
    for (const level of levels) {
      if (level.state === "gave up") return;
      if (level.state === "armed") Object.assign(level, { state: "gave up", reason });
    }
    known.cut ??= { reason };
    known.isLinked = false;
    if (known.came) return;
    if (known.hears === "rejects") known.came = { what: reason };
    if (known.hears === "resolves") known.came = { what: "late" };
  }

  /** What has come goes outwards, until it meets a limit that has given up. */
  private foretell(known: Known): void {
    if (known.isSettled) return;
    let came = known.came;
    for (const level of known.levels.toReversed()) {
      if (level.state === "gave up") came = { what: level.reason };
      else if (came) level.state = "settled";
    }
    if (!came) return;
    Object.assign(known, { isSettled: true, outcome: came.what });
    const isKept = known.isStreaming || (Object(came.what) === came.what && !(came.what instanceof Error));
    if (known.levels.length > 0) known.isLinked &&= isKept;
  }

  private get armed(): Level[] {
    const all = this.known.flatMap(({ levels }) => levels).filter(({ state }) => state === "armed");
    return all.toSorted((a, b) => a.at - b.at || a.timer - b.timer);
  }

  /** Compares all that can be seen. */
  async compare(): Promise<void> {
    await promisesSettled();
    for (const known of this.known) this.foretell(known);

    assert.deepEqual(this.told, this.foretold);
    const names = this.clock.armed.map(({ name, at }) => `${name} at ${at}`);
    assert.deepEqual(
      names,
      this.armed.map(({ name, at }) => `${name} at ${at}`),
    );
    for (const known of this.known) this.compareCall(known);
    for (const signal of this.allSources) {
      const isHeard = this.known.some(
        ({ source, levels, isLinked, isSettled, hears }) =>
          source === signal && isLinked && (levels.length > 0 || (!isSettled && hears.endsWith("s"))),
      );
      const { length } = getEventListeners(signal, "abort");
      assert.ok(isHeard ? length === 1 : length <= (signal.aborted ? 0 : 1), `${length} listeners`);
    }
  }

  private compareCall({ id, isSettled, outcome, cut, levels, came, isStreaming }: Known): void {
    assert.equal(this.outcomes.has(id), isSettled);
    if (isSettled) this.same(this.outcomes.get(id), outcome);
    const call = this.calls.get(id);
    if (!call) return;
    assert.equal(call.signal.aborted, cut !== undefined);
    if (cut) this.same(call.signal.reason, cut.reason);
    // The reason travels: what the caller gets is what the operation heard, if both are of the same limit.
    if (cut && isSettled && outcome === cut.reason) assert.equal(this.outcomes.get(id), call.signal.reason);
    const isLeft = levels.some(({ state }) => state === "gave up") && !came;
    assert.equal(call.work.held, isLeft || isStreaming);
  }

  private same(real: unknown, expected: unknown): void {
    if (!(expected instanceof TimeoutError)) return assert.equal(real, expected);
    assert.ok(real instanceof TimeoutError);
    assert.deepEqual([real.limit, real.label, real.lastError], [expected.limit, expected.label, expected.lastError]);
  }

  /** Ends all that goes on, and shows that nothing is left. */
  async finish(): Promise<void> {
    while (!this.isOver) {
      this.play({ do: "settle", which: 0, how: "error", isNoted: false });
      this.play({ do: "end", which: 0 });
    }
    await this.compare();
    assert.equal(this.clock.armed.length, 0);
    assert.equal(this.outcomes.size, this.known.length);
    const idle = this.allSources.filter((signal) => getEventListeners(signal, "abort").length > 0);
    const kept = this.known.filter(({ isLinked, outcome }) => isLinked && Object(outcome) === outcome);
    const left = new Set(idle.filter((signal) => kept.every(({ source }) => source !== signal)));
    assert.ok(left.size <= 1, "only one signal keeps its listener");
  }
}

const which = fc.nat(9);
const limit = fc.constantFrom(0, 1, 5, 5, 10, Infinity);
const source = fc.constantFrom(0, 0, 1, 2);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("start" as const),
      limits: fc.array(limit, { maxLength: 3 }),
      source,
      patience: fc.constantFrom(Infinity, 3),
      hears: fc.constantFrom<Hears>("nothing", "nothing", "rejects", "resolves", "throws at once"),
      isLate: fc.constantFrom(false, false, false, false, true),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      which,
      how: fc.constantFrom<How>("value", "object", "error", "stream", "failing stream"),
      isNoted: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("fire" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("end" as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("abort" as const), source }) },
);
const round = fc.record({
  wait: fc.constantFrom(0, 1, 4, 5, 10),
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
});

test("limits do what their model does: nested, in every order of results, expiries and aborts, also at one moment", async () => {
  const property = fc.asyncProperty(fc.array(round, { maxLength: 20, size: "max" }), async (rounds) => {
    const game = new Game();
    for (const { wait, steps } of rounds) {
      game.move(wait);
      for (const each of steps) game.play(each);
      await game.compare();
    }
    await game.finish();
  });
  await expect(fc.assert(property, sequences())).resolves.toBeUndefined();
}, 600_000);
