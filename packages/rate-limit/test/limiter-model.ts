/** What every limiter must do, in the simplest terms, and a way to compare: whatever happens, in whatever order. */
import { startCall, type EndWork, type Layer } from "@evenkeel/core";
import { fakeClock, type FakeClock } from "@evenkeel/testkit";
import * as fc from "fast-check";
import { expect } from "vitest";
import { sequences } from "../../../test/models/sequences.ts";
import { RateLimitError, type QueueOptions } from "../src/index.ts";
import { deferred, throttled, type Deferred } from "./play.ts";

/** What happens at one moment; `which` picks one of the calls to which it can happen. */
type Step =
  | { do: "start"; cost: number; priority: number; attempt: number; patience: number; isLoud: boolean }
  | { do: "crowd"; cost: number; patience: number }
  | { do: "settle"; which: number; how: How; hint: number }
  | { do: "end"; which: number; hint: number; real: number | undefined }
  | { do: "abort"; which: number }
  | { do: "pause"; ms: number }
  | { do: "resize"; permits: number };

/** How an operation settles: its answer may be a stream that goes on; its failure may tell that nothing was done. */
type How = "done" | "stream" | "failed" | "throttled";

/** Steps of the same moment, then some time. */
interface Round {
  readonly steps: readonly Step[];
  readonly wait: number;
}

export interface Terms {
  readonly maxQueue: number;
  readonly queueTimeout: number;
}

/** A call as the model knows it. */
interface Entry {
  readonly id: number;
  readonly cost: number;
  readonly priority: number;
  /** Whether he stands before those who are not. */
  readonly isEarly: boolean;
  readonly since: number;
  /** When its wait ends at the latest, and what is said then. */
  readonly end: number;
  readonly late: string;
  state: "waiting" | "granted" | "working" | "settling" | "streaming" | "over";
  /** Whether its work goes on when it settles. */
  isHeld: boolean;
  /** What its work was worth in the end: a hint of how long to wait, what it really cost, and whether anything was done. */
  hint: number;
  real: number | undefined;
  isUndone: boolean;
  isAborted: boolean;
}

/** One key of a limiter: a sorted list, and a look at everything in each millisecond. */
export abstract class LimiterModel {
  now = 0;
  readonly begun: string[] = [];
  readonly outcomes: Record<number, string> = {};
  protected readonly entries: Entry[] = [];
  private pausedUntil = 0;
  /** How many gave up in front since somebody waits, and how long the most patient of them had waited. */
  private losses = 0;
  private patience = 0;
  /** After a pause: how many may begin, and since when those are under way of whom nobody knows yet whether they were let in. */
  private room = Infinity;
  private isAnyoneIn = false;
  private readonly trials = new Map<Entry, number>();
  /** Those of them who began since the last pause. */
  private readonly fresh = new Set<Entry>();
  private readonly terms: Terms;
  /** What happens as soon as the steps of the moment are done: promises are never settled at once. */
  private readonly soon: (() => void)[] = [];

  constructor(terms: Terms) {
    this.terms = terms;
  }

  /** Whether the limit has room, regardless of the queue. */
  protected abstract hasRoom(cost: number): boolean;
  /** How long it takes at least until it can have room. */
  protected abstract soonest(cost: number): number;
  protected abstract take(cost: number): void;
  protected abstract giveBack(entry: Pick<Entry, "cost" | "real" | "isUndone">): void;
  protected abstract tick(): void;
  /** What can be read from outside. */
  abstract get state(): unknown[];

  /** Changes the limit, where it can be changed. */
  resize(_permits: number): void {}

  in(...states: Entry["state"][]): Entry[] {
    return this.entries.filter(({ state }) => states.includes(state));
  }

  get queue(): Entry[] {
    return this.in("waiting").toSorted(
      (a, b) => b.priority - a.priority || Number(b.isEarly) - Number(a.isEarly) || a.id - b.id,
    );
  }

  /** Whether the newest goes first, and not the one in front. */
  private get isTooLong(): boolean {
    const [front] = this.queue;
    return front !== undefined && this.losses >= 10 && this.now - front.since < 2 * this.patience;
  }

  /** Whose turn it is. */
  private get next(): Entry | undefined {
    const [front] = this.queue;
    return this.isTooLong ? this.queue.findLast(({ priority }) => priority === front!.priority) : front;
  }

  get pausedFor(): number {
    return Math.max(0, this.pausedUntil - this.now);
  }

  start(cost: number, priority: number, attempt: number, patience: number): void {
    const { maxQueue, queueTimeout } = this.terms;
    const left = Math.min(patience, queueTimeout);
    const late = patience < queueTimeout ? "deadline" : "queue-timeout";
    const waiting = this.queue.length;
    if (waiting === 0) this.losses = this.patience = 0;
    const entry: Entry = {
      id: this.entries.length,
      cost,
      priority,
      isEarly: attempt > 1 && !this.isTooLong,
      since: this.now,
      end: this.now + left,
      late,
      state: "waiting",
      isHeld: false,
      hint: 0,
      real: undefined,
      isUndone: false,
      isAborted: false,
    };
    this.entries.push(entry);
    if (waiting === 0 && this.pausedFor === 0 && this.isAnyoneIn) {
      this.room = Infinity;
      this.trials.clear();
    }
    if (this.soonest(cost) === Infinity) return this.tell(entry, "cost");
    if (waiting === 0 && patience > 0 && this.mayPass(cost)) {
      this.admit(entry);
      this.begin(entry);
    } else if (left <= 0) this.tell(entry, late);
    else if (this.pausedFor >= left) this.tell(entry, "paused");
    else if (this.soonest(cost) >= left) this.tell(entry, late);
    else if (waiting >= maxQueue) this.tell(entry, "queue-full");
    else this.serve();
  }

  settle(entry: Entry, how: How, hint: number): void {
    entry.state = "settling";
    entry.isHeld = how === "stream";
    this.soon.push(() => {
      const isWell = how === "done" || how === "stream";
      entry.isUndone ||= how === "throttled";
      if (how === "throttled") this.pause(hint);
      this.tell(entry, how === "stream" ? "done" : how);
      entry.state = "streaming";
      if (!entry.isHeld) this.release(entry);
      if (this.answer(entry, isWell && entry.hint === 0)) this.serve();
    });
  }

  endStream(entry: Entry, hint: number, real: number | undefined): void {
    Object.assign(entry, { isHeld: false, hint, real, isUndone: hint > 0 });
    if (entry.state === "streaming") this.release(entry);
  }

  abort(entry: Entry): void {
    entry.isAborted = true;
    if (entry.state !== "waiting") return;
    this.giveUp(entry, "aborted");
    this.serve();
  }

  pause(ms: number): void {
    if (ms > this.pausedFor) {
      this.pausedUntil = this.now + ms;
      this.room = 1 - this.trials.size;
      this.isAnyoneIn = false;
      this.fresh.clear();
      this.serve();
    }
  }

  /** Lets everything happen that takes no time. */
  flush(): void {
    for (let next = this.soon.shift(); next; next = this.soon.shift()) next();
  }

  advance(ms: number): void {
    for (let passed = 0; passed < ms; passed++) {
      this.now++;
      this.tick();
      this.trust();
      this.serve();
      this.flush();
    }
  }

  protected serve(): void {
    this.expire();
    for (let { next } = this; next; { next } = this) {
      const entry = next;
      if (this.soonest(entry.cost) === Infinity) {
        this.tell(entry, "cost");
        continue;
      }
      if (!this.mayPass(entry.cost)) return;
      entry.state = "granted";
      this.admit(entry);
      this.soon.push(() => {
        if (!entry.isAborted) return this.begin(entry);
        this.tell(entry, "aborted");
        this.answer(entry, false);
        entry.isUndone = true;
        this.release(entry);
      });
    }
  }

  private mayPass(cost: number): boolean {
    return this.pausedFor === 0 && this.room > 0 && this.hasRoom(cost);
  }

  private admit(entry: Entry): void {
    this.take(entry.cost);
    if (this.room < Infinity) this.trials.set(entry, this.now);
    this.fresh.add(entry);
    this.room--;
  }

  /** Hears what became of one who began after a pause: two may follow who was let in, one whoever failed. Tells whether he was one. */
  private answer(entry: Entry, isWell: boolean): boolean {
    const isTrial = this.trials.delete(entry);
    if (isTrial) this.room += isWell ? 2 : 1;
    this.isAnyoneIn ||= isTrial && isWell && this.fresh.has(entry);
    return isTrial;
  }

  /** Who has not been refused in 1.5 s passes for let in. */
  private trust(): void {
    for (const [entry, since] of this.trials) if (this.now - since >= 1_500) this.answer(entry, true);
  }

  private expire(): void {
    for (const entry of this.queue.toSorted((a, b) => a.end - b.end || a.id - b.id)) {
      if (entry.end <= this.now) this.giveUp(entry, entry.late);
      // Whoever would wait without end is asked last, and then the cost comes first.
      else if (entry.end === Infinity && this.pausedFor === Infinity && this.soonest(entry.cost) === Infinity) {
        this.tell(entry, "cost");
      } else if (entry.end <= this.pausedUntil) this.giveUp(entry, "paused");
    }
  }

  private giveUp(entry: Entry, outcome: string): void {
    if (entry === this.queue[0]) {
      this.losses++;
      this.patience = Math.max(this.patience, this.now - entry.since);
    }
    this.tell(entry, outcome);
  }

  private begin(entry: Entry): void {
    entry.state = "working";
    this.begun.push(`${entry.id} at ${this.now}`);
  }

  private release(entry: Entry): void {
    entry.state = "over";
    this.pause(entry.hint);
    this.giveBack(entry);
    this.serve();
  }

  private tell(entry: Entry, outcome: string): void {
    entry.state = "over";
    this.outcomes[entry.id] = `${outcome} at ${this.now}`;
  }
}

/** A limiter, and how to read what its model's `state` says. */
export interface Subject {
  readonly limit: Layer & { waiting(): number; pausedFor(): number; pause(key: string, ms: number): void };
  readonly resize: (permits: number) => void;
  readonly state: () => unknown[];
}

/** Calls of a limiter, of which every one is settled by hand. */
class Calls {
  readonly begun: string[] = [];
  readonly outcomes: Record<number, string> = {};
  readonly controllers: AbortController[] = [];
  readonly ends: EndWork[] = [];
  private readonly clock: FakeClock;
  private readonly limit: Layer;
  private readonly operations: Deferred<string>[] = [];
  private readonly holds: (() => EndWork)[] = [];

  constructor(clock: FakeClock, limit: Layer) {
    this.clock = clock;
    this.limit = limit;
  }

  start({ cost, priority, attempt, patience, isLoud }: Step & { do: "start" }): void {
    const id = this.operations.push(deferred()) - 1;
    const controller = (this.controllers[id] = new AbortController());
    const deadline = this.clock.now() + patience;
    const call = startCall(priority, { cost, deadline, signal: controller.signal, emit: isLoud ? shout : undefined });
    const operation = ({ work }: typeof call): Promise<string> => {
      this.begun.push(`${id} at ${this.clock.now()}`);
      this.holds[id] = () => work.hold();
      return this.operations[id]!.promise;
    };
    const tell = (outcome: string): void => void (this.outcomes[id] = `${outcome} at ${this.clock.now()}`);
    const tellError = (error: unknown): void => tell(error instanceof RateLimitError ? error.reason : String(error));
    this.limit({ ...call, attempt }, operation).then(tell, tellError);
  }

  settle(id: number, how: How, hint: number): void {
    if (how === "stream") this.ends[id] = this.holds[id]!();
    if (how === "stream" || how === "done") this.operations[id]!.resolve("done");
    else this.operations[id]!.reject(how === "throttled" ? throttling(hint) : how);
  }
}

function shout(): never {
  throw new Error("a listener that throws");
}

function throttling(retryAfter: number): Error {
  return Object.assign(throttled(retryAfter), { toString: () => "throttled" });
}

/** Does the same to both. */
function perform(step: Step, model: LimiterModel, calls: Calls, subject: Subject): void {
  const { limit, resize } = subject;
  const pick = (entries: readonly Entry[], which: number): Entry | undefined => entries[which % entries.length];
  if (step.do === "start") {
    calls.start(step);
    model.start(step.cost, step.priority, step.attempt, step.patience);
  } else if (step.do === "crowd") {
    // As many as must give up in front before the order changes.
    const start = { ...step, do: "start" as const, priority: 0, attempt: 1, isLoud: false };
    for (let each = 0; each < 10; each++) perform(start, model, calls, subject);
  } else if (step.do === "settle") {
    const entry = pick(model.in("working"), step.which);
    if (!entry) return;
    calls.settle(entry.id, step.how, step.hint);
    model.settle(entry, step.how, step.hint);
  } else if (step.do === "end") {
    const streams = model.in("settling", "streaming").filter(({ isHeld }) => isHeld);
    const entry = pick(streams, step.which);
    if (!entry) return;
    calls.ends[entry.id]!(step.hint > 0 ? throttling(step.hint) : undefined, step.real);
    model.endStream(entry, step.hint, step.real);
  } else if (step.do === "abort") {
    const entry = pick(model.in("waiting", "granted", "working", "streaming"), step.which);
    if (!entry) return;
    calls.controllers[entry.id]!.abort("aborted");
    model.abort(entry);
  } else if (step.do === "pause") {
    limit.pause("default", step.ms);
    model.pause(step.ms);
  } else {
    resize(step.permits);
    model.resize(step.permits);
  }
}

const ms = fc.integer({ min: 0, max: 30 });
const which = fc.nat(20);
/** Now and then without end. */
const pause = fc.oneof({ weight: 19, arbitrary: ms }, { weight: 1, arbitrary: fc.constant(Infinity) });
const hint = fc.oneof(fc.constant(0), ms);

function steps(cost: fc.Arbitrary<number>): fc.Arbitrary<Step> {
  const start = fc.record({
    do: fc.constant("start" as const),
    cost,
    priority: fc.constantFrom(0, 0, 0, 1, 2),
    attempt: fc.constantFrom(1, 1, 2),
    patience: fc.oneof(fc.constant(Infinity), ms),
    isLoud: fc.boolean(),
  });
  const how = fc.constantFrom<How>("done", "stream", "failed", "throttled");
  const real = fc.oneof(fc.constant(undefined), cost);
  return fc.oneof(
    { weight: 5, arbitrary: start },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("crowd" as const), cost, patience: ms }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("settle" as const), which, how, hint: ms }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("end" as const), which, hint, real }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("abort" as const), which }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("pause" as const), ms: pause }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("resize" as const), permits: fc.integer({ min: 1, max: 4 }) }),
    },
  );
}

/** Plays random games with a limiter and its model, and compares all that can be seen after each round. Returns how many calls began. */
export async function compare<Given extends Terms>(
  given: fc.Arbitrary<Given>,
  cost: fc.Arbitrary<number>,
  makeModel: (given: Given) => LimiterModel,
  makeSubject: (given: Given, options: QueueOptions) => Subject,
): Promise<number> {
  let begun = 0;
  // Now and then for long enough to be trusted after a pause.
  const wait = fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 10 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1_480, max: 1_520 }) },
  );
  const round = fc.record({ steps: fc.array(steps(cost), { minLength: 1, maxLength: 4 }), wait });
  const rounds = fc.array(round, { maxLength: 25, size: "max" });

  const property = fc.asyncProperty(given, rounds, async (terms, game) => {
    const clock = fakeClock();
    const model = makeModel(terms);
    const subject = makeSubject(terms, { ...terms, clock, priority: ({ input }) => Number(input) });
    const { limit } = subject;
    const calls = new Calls(clock, limit);

    async function play({ steps, wait }: Round): Promise<void> {
      for (const step of steps) perform(step, model, calls, subject);
      model.flush();
      await clock.advance(0);
      model.advance(wait);
      await clock.advance(wait);
      expect(calls.outcomes).toEqual(model.outcomes);
      expect(calls.begun).toEqual(model.begun);
      const state = [limit.waiting(), limit.pausedFor(), ...subject.state()];
      expect(state).toEqual([model.queue.length, model.pausedFor, ...model.state]);
      expect(clock.pending).toBeLessThanOrEqual(Math.min(1, model.queue.length));
    }

    for (const each of game) await play(each);
    while (model.in("waiting", "working", "streaming").length > 0) {
      const settleAll = model.in("working").map((): Step => ({ do: "settle", which: 0, how: "done", hint: 0 }));
      const endAll = model.in("streaming").map((): Step => ({ do: "end", which: 0, hint: 0, real: undefined }));
      await play({ steps: [...settleAll, ...endAll], wait: 60 });
    }
    expect(clock.pending).toBe(0);
    begun += calls.begun.length;
  });
  await fc.assert(property, sequences());
  return begun;
}
