import assert from "node:assert/strict";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { HandClock, promisesSettled } from "../../../test/models/hand-clock.ts";
import { sequences } from "../../../test/models/sequences.ts";
import { idleTimeout, TimeoutError } from "../src/index.ts";

interface Limits {
  readonly first: number;
  readonly gap: number;
  readonly unread: number;
  readonly total: number;
}

type Chunk = "content" | "ping";
type End = "end" | "failure";
type Step =
  | { do: "read" | "cancel" | "fire" }
  | { do: "move"; ms: number }
  | { do: "arrive"; what: readonly (Chunk | End)[] };

const failure = new Error("the source fails");
const failed = [String(failure)];
const done = ["done"];
const enough = new Error("the reader has had enough");

/** A source that a game plays by hand, and its guarded side. */
interface Subject {
  readonly arrive: (what: Chunk | End) => void;
  readonly read: () => Promise<ReadableStreamReadResult<Chunk> | IteratorResult<Chunk, unknown>>;
  readonly cancel: () => Promise<unknown>;
  /** What the source was cancelled with, or that it was told to return. */
  readonly cancelled: unknown[];
}

function streamSubject(limits: Limits, clock: HandClock): Subject {
  const cancelled: unknown[] = [];
  let controller: ReadableStreamDefaultController<Chunk> | undefined;
  const source = new ReadableStream<Chunk>({
    start: (given) => void (controller = given),
    cancel: (reason) => void cancelled.push(reason),
  });
  const reader = idleTimeout(source, { ...limits, clock, isProgress }).getReader();
  const acts = {
    content: () => controller?.enqueue("content"),
    ping: () => controller?.enqueue("ping"),
    end: () => controller?.close(),
    failure: () => controller?.error(failure),
  };
  return {
    arrive: (what) => acts[what](),
    read: () => reader.read(),
    cancel: () => reader.cancel(enough),
    cancelled,
  };
}

function iterableSubject(limits: Limits, clock: HandClock): Subject {
  const cancelled: unknown[] = [];
  const arrived: (Chunk | End)[] = [];
  let reader: { resolve: (result: IteratorResult<Chunk>) => void; reject: (error: unknown) => void } | undefined;

  function serve(): void {
    const [what] = arrived;
    if (!reader || what === undefined) return;
    const { resolve, reject } = reader;
    reader = undefined;
    arrived.shift();
    if (what === "failure") reject(failure);
    else resolve(what === "end" ? { done: true, value: undefined } : { done: false, value: what });
  }

  const iterator: AsyncIterator<Chunk> = {
    next: () =>
      new Promise((resolve, reject) => {
        reader = { resolve, reject };
        serve();
      }),
    return: async () => {
      cancelled.push("return");
      return { done: true, value: undefined };
    },
  };
  const guarded = idleTimeout({ [Symbol.asyncIterator]: () => iterator }, { ...limits, clock, isProgress });
  const read = guarded[Symbol.asyncIterator]();
  return {
    arrive(what) {
      arrived.push(what);
      serve();
    },
    read: () => read.next(),
    cancel: async () => read.return?.(),
    cancelled,
  };
}

function isProgress(chunk: Chunk): boolean {
  return chunk === "content";
}

/** Says of any moment what must have happened, and what may have. */
class Game {
  private readonly clock = new HandClock();
  private readonly subject: Subject;
  private readonly isStream: boolean;
  private readonly limits: Limits;
  /** What has come and was not read yet. */
  private readonly buffer: (Chunk | End)[] = [];
  private hasArrivedAll = false;
  private isReading = false;
  private startedAt: number | undefined;
  /** When the reader began to wait or, where it does not, had its last chunk. */
  private since = 0;
  /** For how long it had waited before, for what turned out to be pings. */
  private waited = 0;
  private progressed = false;
  /** How many timers in a row have found a limit passed, whichever it was: a flood of pings must not begin the count anew. */
  private checks = 0;
  private over: "no" | "expired" | "ended" = "no";
  /** What it may have expired with: where timers are late, the one or the other that has passed. */
  private readonly expiries: string[] = [];
  /** What the source must have been told because the reader left. */
  private mustTell: readonly unknown[] | undefined;
  /** What each read comes to, each time with all that is allowed. */
  private readonly expected: (readonly string[])[] = [];
  private readonly got: unknown[] = [];

  constructor(limits: Limits, isStream: boolean) {
    this.limits = limits;
    this.isStream = isStream;
    this.subject = (isStream ? streamSubject : iterableSubject)(limits, this.clock);
    if (isStream) this.startedAt = 0;
  }

  async play(step: Step): Promise<void> {
    if (step.do === "move") this.clock.move(step.ms);
    else if (step.do === "read") this.read();
    else if (step.do === "cancel") this.cancel();
    else if (step.do === "arrive") step.what.forEach((each) => this.arrive(each));
    else this.fire();
    await promisesSettled();
    this.compare();
  }

  private fire(): boolean {
    const isDue = this.elapsed >= this.limit.ms || this.age >= this.limits.total;
    const fired = this.clock.fire();
    if (fired) this.checks = isDue ? this.checks + 1 : 0;
    return fired !== undefined;
  }

  /** Fires all that is due: then nothing may be late. */
  async catchUp(): Promise<void> {
    while (this.fire()) {
      await promisesSettled();
      this.compare();
    }
    const isLate = this.elapsed >= this.limit.ms || this.age >= this.limits.total;
    assert.ok(this.over !== "no" || this.startedAt === undefined || !isLate, "a limit has passed unheard");
  }

  private get age(): number {
    return this.clock.now() - (this.startedAt ?? this.clock.now());
  }

  private get elapsed(): number {
    return this.clock.now() - this.since + (this.isReading ? this.waited : 0);
  }

  private get limit(): { ms: number; label: string } {
    const { first, gap, unread } = this.limits;
    if (!this.isReading) return { ms: unread, label: "unread" };
    return this.progressed ? { ms: gap, label: "gap" } : { ms: first, label: "first-content" };
  }

  private read(): void {
    if (this.isReading) return;
    const keep = (what: unknown): void => void this.got.push(what);
    const keepResult = ({ done, value }: { done?: boolean | undefined; value?: unknown }): void =>
      keep(done ? "done" : value);
    this.subject.read().then(keepResult, keep);
    if (this.over === "expired") {
      // An iterable tells its error once, a stream each time.
      this.expected.push(this.isStream || !this.expected.includes(this.expiries) ? this.expiries : done);
    } else if (this.over === "ended") {
      this.expected.push(this.isStream && this.expected.at(-1) === failed ? failed : done);
    } else {
      this.startedAt ??= this.clock.now();
      this.isReading = true;
      this.since = this.clock.now();
      this.deliver();
    }
  }

  private arrive(what: Chunk | End): void {
    if (this.hasArrivedAll || (this.isStream && this.over !== "no")) return;
    this.hasArrivedAll = what === "end" || what === "failure";
    // A stream that errs forgets what nobody has read.
    if (what === "failure" && this.isStream) this.buffer.length = 0;
    this.buffer.push(what);
    this.subject.arrive(what);
    if (this.isReading) this.deliver();
  }

  private deliver(): void {
    const what = this.buffer.shift();
    if (what === undefined) return;
    const now = this.clock.now();
    this.isReading = false;
    if (what === "end" || what === "failure") {
      this.over = "ended";
      this.expected.push(what === "end" ? done : failed);
      return;
    }
    this.waited = isProgress(what) ? 0 : this.waited + now - this.since;
    this.progressed ||= isProgress(what);
    this.since = now;
    this.expected.push([what]);
  }

  /** A generator that is reading hears `return` only later: there only who rests can leave. */
  private cancel(): void {
    if (this.over !== "no" || (!this.isStream && this.isReading)) return;
    this.subject.cancel().catch(() => {});
    const hasLeft = !this.hasArrivedAll || this.buffer.length > 1 || !this.isStream;
    if (this.isReading) this.expected.push(done);
    this.isReading = false;
    this.over = "ended";
    if (this.isStream ? hasLeft : this.startedAt !== undefined) this.mustTell = [this.isStream ? enough : "return"];
  }

  private compare(): void {
    const { cancelled } = this.subject;
    const isBounded = Math.min(this.limit.ms, this.limits.total) < Infinity;
    // A source that has ended cannot be told any more; then only the timers have gone.
    const isTold = cancelled.some((each) => each instanceof TimeoutError || each === "return");
    const isActive = this.over === "no" && this.startedAt !== undefined;
    if (isActive && (isTold || (isBounded && this.clock.armed.length === 0))) this.expire();
    assert.equal(this.got.length, this.expected.length);
    this.got.forEach((each, i) => assert.ok(this.expected[i]?.includes(String(each)), `${String(each)}, read ${i}`));
    assert.ok(cancelled.length <= 1, "the source is told once");
    if (this.mustTell) assert.deepEqual(cancelled, this.mustTell);
    const { length } = this.clock.armed;
    assert.ok(length <= (isActive && this.over === "no" ? 2 : 0), `${length} timers`);
  }

  /** The source was told, so a limit has passed: it must have been one that had. */
  private expire(): void {
    const { total } = this.limits;
    const { ms, label } = this.limit;
    // What has arrived comes first: the timer that finds the limit passed lets it in, and only the next one ends the wait.
    assert.ok(this.checks >= 2);
    if (this.elapsed >= ms) this.expiries.push(String(new TimeoutError(ms, label)));
    if (this.age >= total) this.expiries.push(String(new TimeoutError(total, "total")));
    assert.ok(this.expiries.length > 0, "no limit has passed");
    if (!this.hasArrivedAll) assert.equal(this.subject.cancelled.length, 1, "the source is told");
    this.over = "expired";
    if (this.isReading) this.expected.push(this.expiries);
    this.isReading = false;
  }
}

const ms = fc.constantFrom(1, 3, 5, 5, 10, 15);
const limits = fc.record({
  first: fc.constantFrom(5, 10, Infinity),
  gap: fc.constantFrom(5, 10, Infinity),
  unread: fc.constantFrom(10, 15, Infinity),
  total: fc.constantFrom(20, 30, Infinity),
});
const what = fc.constantFrom<Chunk | End>("content", "content", "content", "content", "ping", "ping", "end", "failure");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ do: "read" }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("arrive" as const), what: fc.array(what, { maxLength: 2 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("move" as const), ms }) },
  { weight: 3, arbitrary: fc.constant<Step>({ do: "fire" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "cancel" }) },
);
const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 20, size: "max" });

test("a watched stream or iterable expires when its model says so, neither earlier nor later, and leaves nothing", async () => {
  const property = fc.asyncProperty(limits, fc.boolean(), rounds, async (given, isStream, all) => {
    const game = new Game(given, isStream);
    for (const steps of all) {
      for (const each of steps) await game.play(each);
      await game.catchUp();
    }
  });
  await expect(fc.assert(property, sequences())).resolves.toBeUndefined();
}, 600_000);
