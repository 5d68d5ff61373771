/** What a pipeline must do, in one piece: total limit, retries, gate, permits, circuit, attempt limit. Nothing here is a promise. */
import assert from "node:assert/strict";
import type { NamedTimer } from "./hand-clock.ts";
import { failures, type Failure, type How, type Start, type Terms } from "./pipeline-stage.ts";

/** Who began after a pause and has not been refused for so long passes for let in. */
const trustAfter = 1_500;

interface Timer {
  readonly name: string;
  readonly act: () => void;
  at: number;
  /** Whether it is a limit's that has fired too late, and was set once more. */
  isLastChance: boolean;
}

/** What ended an attempt, or a call: with a verdict, where it is an error. */
interface End {
  readonly said: string;
  readonly is: "well" | "cut" | "refused" | "timeout" | Failure;
}

/** A call as the reference knows it. */
interface Known extends Start {
  readonly id: number;
  readonly deadline: number;
  attempts: number;
  /** Ends the wait that the call is in, if it is in one. */
  leave: (() => void) | undefined;
  isCut: boolean;
  /** Whether it was cut by the total limit. */
  isTimedOut: boolean;
  isSettled: boolean;
  lastError: string | undefined;
  total: Timer | undefined;
  /** The attempt at work. */
  current: Attempt | undefined;
  hasCounted: boolean;
  /** Whether its attempt began after a pause, when not everyone might. */
  isTrial: boolean;
}

export interface Attempt {
  readonly id: string;
  readonly call: Known;
  readonly era: number;
  readonly isProbe: boolean;
  timer: Timer | undefined;
  /** Whether it was given up: by its own limit, or from above. */
  isGivenUp: boolean;
  /** Whether its operation has ended, as far as its promise has told. */
  hasEnded: boolean;
  /** Whether its caller has heard of it, so that its permit waits for nothing but the end of the operation. */
  isHeard: boolean;
  isStreaming: boolean;
  /** Whether the stream had begun by the time its caller heard: what begins later on holds no permit. */
  keepsPermit: boolean;
  /** The error of a stream that had failed even before its caller heard. */
  spoiledBy: Failure | undefined;
}

interface Waiter {
  /** How many came before it. */
  readonly index: number;
  readonly call: Known;
  readonly end: number;
  readonly late: string;
  readonly since: number;
  /** Whether it stands before those that do not. */
  readonly isEarly: boolean;
}

export class PipelineReference {
  now = 0;
  readonly started: string[] = [];
  readonly outcomes: string[] = [];
  readonly told: Record<string, number> = {};
  readonly calls: Known[] = [];
  readonly attempts: Attempt[] = [];
  active = 0;
  balance: number;
  /** Until when no further throttled retry is charged. */
  private paidUntil = 0;
  queue: Waiter[] = [];
  private arrivals = 0;
  /** How many gave up in front since somebody waits, and how long the most patient of them had waited. */
  private losses = 0;
  private patience = 0;
  timers: Timer[] = [];
  private state: "closed" | "open" | "half-open" = "closed";
  private readonly terms: Terms;
  private pausedUntil = 0;
  /** After a pause: how many may begin, and since when those are under way of whom nobody knows yet whether they were let in. */
  private room = Infinity;
  private isAnyoneIn = false;
  private readonly trials = new Map<Known, number>();
  /** Who began since the last pause. */
  private readonly fresh = new Set<Known>();
  private era = 0;
  private failures = 0;
  private since = 0;
  private openFor = 0;
  private hasProbe = false;
  /** What happens as soon as the steps of the moment are done. */
  private readonly soon: (() => void)[] = [];

  constructor(terms: Terms) {
    this.terms = terms;
    this.balance = terms.reserve;
  }

  flush(): void {
    for (let next = this.soon.shift(); next; next = this.soon.shift()) next();
  }

  /** Time passes, and who has not been refused for long enough passes for let in. */
  move(ms: number): void {
    this.now += ms;
    for (const [call, since] of this.trials) if (this.now - since >= trustAfter) this.answer(call, true);
  }

  /** A timer of this name has fired. */
  fired({ name, at }: NamedTimer): void {
    if (name === "queue") return this.serve();
    const timer = this.timers.filter((each) => each.name === name).toSorted((a, b) => a.at - b.at)[0];
    assert(timer?.at === at, `a timer of ${name}`);
    this.disarm(timer);
    const isLimit = name === "total" || name === "attempt";
    if (isLimit && !timer.isLastChance && this.now > at + 10) {
      this.timers.push(Object.assign(timer, { at: this.now, isLastChance: true }));
    } else timer.act();
  }

  start(start: Start): void {
    const deadline = this.now + Math.min(start.patience, this.terms.total);
    const id = this.calls.length;
    const call: Known = {
      ...start,
      id,
      deadline,
      attempts: 0,
      leave: undefined,
      isCut: false,
      isTimedOut: false,
      isSettled: false,
      lastError: undefined,
      total: undefined,
      current: undefined,
      hasCounted: false,
      isTrial: false,
    };
    this.calls.push(call);
    call.total = this.arm("total", this.terms.total, () => {
      this.tell("timeout");
      call.isTimedOut = true;
      this.cut(call, `timeout total, ${call.lastError ?? "none"}`);
    });
    this.enter(call);
  }

  abort(id: number): void {
    const call = this.calls[id]!;
    if (!call.isSettled && !call.isCut) this.cut(call, `abort of ${id}`);
    call.isCut = true;
  }

  settle(attempt: Attempt, how: How): void {
    attempt.isStreaming = how === "stream";
    const isWell = how === "stream" || how === "value";
    const end: End = isWell ? { said: `well ${attempt.id}`, is: "well" } : { said: `${how} ${attempt.id}`, is: how };
    this.soon.push(() => this.ended(attempt, end));
  }

  /** The stream of an attempt ends, well or with an error. */
  endStream(attempt: Attempt, how: Failure | undefined): void {
    attempt.isStreaming = false;
    if (!attempt.isHeard) attempt.spoiledBy = how;
    if (!attempt.keepsPermit) return;
    if (!attempt.isGivenUp) {
      if (how === undefined && !attempt.call.isCut) this.recordSuccess(attempt);
      else this.record(attempt, { said: "", is: how ?? "well" });
    }
    if (how) this.heed(how);
    this.release();
  }

  /** All that is left to do at this moment is done: nobody may wait for what there is. */
  checkNobodyIsForgotten(): void {
    assert.ok(this.queue.every(({ end }) => end > this.now));
    assert.ok(!this.queue[0] || !this.mayPass, "a call waits in vain");
  }

  private cut(call: Known, reason: string): void {
    call.isCut = true;
    this.disarm(call.total);
    if (this.terms.total < Infinity) this.tellOutcome(call, reason);
    const { current } = call;
    if (current && !current.isGivenUp) this.giveUp(current, { said: reason, is: "cut" });
    else if (current) this.giveUpAgain(call, reason);
    else {
      call.leave?.();
      this.soon.push(() => this.tellOutcome(call, reason));
    }
  }

  /** Its own limit had given it up at the same moment. */
  private giveUpAgain(call: Known, reason: string): void {
    this.soon.push(() => this.tellOutcome(call, reason));
  }

  private enter(call: Known): void {
    call.attempts++;
    call.leave = undefined;
    if (!this.hasRoom) return this.refused(call, "circuit");
    const { permits, maxQueue, queueTimeout } = this.terms;
    if (this.queue.length === 0 && this.pausedFor === 0 && this.isAnyoneIn) {
      this.room = Infinity;
      this.trials.clear();
    }
    if (this.queue.length === 0 && call.deadline > this.now && this.mayPass) {
      this.admit(call);
      return this.work(call);
    }
    const patience = call.deadline - this.now;
    const left = Math.min(patience, queueTimeout);
    const late = patience < queueTimeout ? "deadline" : "queue-timeout";
    if (left <= 0) return this.refusedByQueue(call, late);
    if (this.pausedFor >= left) return this.refusedByQueue(call, "paused");
    if (this.queue.length >= maxQueue) return this.refusedByQueue(call, "queue-full");
    assert.ok(permits > 0);
    if (this.queue.length === 0) this.losses = this.patience = 0;
    const isEarly = call.attempts > 1 && !this.isReversed;
    const index = this.arrivals++;
    const waiter: Waiter = { index, call, end: Math.ceil(this.now + left), late, since: this.now, isEarly };
    this.queue.push(waiter);
    this.queue.sort((a, b) => b.call.priority - a.call.priority || Number(b.isEarly) - Number(a.isEarly));
    call.leave = () => {
      const wasNext = this.next === waiter;
      this.walkAway(waiter);
      if (wasNext) this.serve();
    };
    if (this.next === waiter) this.serve(call);
  }

  /** Whether the newest goes first, and not the one in front. */
  private get isReversed(): boolean {
    const [front] = this.queue;
    return front !== undefined && this.losses >= 10 && this.now - front.since < 2 * this.patience;
  }

  private get next(): Waiter | undefined {
    const [front] = this.queue;
    return this.isReversed ? this.queue.findLast(({ call }) => call.priority === front!.call.priority) : front;
  }

  private walkAway(waiter: Waiter): void {
    if (waiter === this.queue[0]) {
      this.losses++;
      this.patience = Math.max(this.patience, this.now - waiter.since);
    }
    this.queue = this.queue.filter((each) => each !== waiter);
  }

  private get pausedFor(): number {
    return Math.max(0, this.pausedUntil - this.now);
  }

  private get mayPass(): boolean {
    return this.pausedFor === 0 && this.room > 0 && this.active < this.terms.permits;
  }

  /** When the first who waits may begin if nothing happens but time. */
  get turn(): number {
    if (!this.queue[0] || this.active >= this.terms.permits) return Infinity;
    const trustedAt = Math.min(...this.trials.values()) + trustAfter;
    return Math.max(this.now, this.pausedUntil, this.room > 0 ? 0 : trustedAt);
  }

  private admit(call: Known): void {
    this.active++;
    call.isTrial = this.room < Infinity;
    if (call.isTrial) this.trials.set(call, this.now);
    this.fresh.add(call);
    this.room--;
  }

  /** Hears what became of one who began after a pause: two may follow who was let in, one whoever failed. */
  private answer(call: Known, isWell: boolean): void {
    if (!this.trials.delete(call)) return;
    this.room += isWell ? 2 : 1;
    this.isAnyoneIn ||= isWell && this.fresh.has(call);
  }

  private endWaits(): void {
    for (const waiter of this.queue.toSorted((a, b) => a.end - b.end || a.index - b.index)) {
      if (waiter.end > this.now + this.pausedFor) return;
      this.walkAway(waiter);
      waiter.call.leave = undefined;
      this.tell("rate-limit-reject");
      const reason = waiter.end > this.now ? "paused" : waiter.late;
      this.soon.push(() => this.failed(waiter.call, { said: `refused ${reason}`, is: "refused" }));
    }
  }

  /** Who is let in at the very moment of joining starts after those who have waited. */
  private serve(joining?: Known): void {
    this.endWaits();
    const passed: Known[] = [];
    for (let { next } = this; next && this.mayPass; { next } = this) {
      const { call } = next;
      this.queue = this.queue.filter((each) => each.call !== call);
      this.admit(call);
      call.leave = undefined;
      passed.push(call);
    }
    passed.sort((a, b) => Number(a === joining) - Number(b === joining));
    for (const call of passed) this.soon.push(() => (call.isCut ? this.leave(call) : this.work(call)));
  }

  /** Gives back in vain what it was admitted with. */
  private leave(call: Known): void {
    this.answer(call, false);
    this.release();
  }

  private release(): void {
    this.active--;
    this.serve();
  }

  /** It has a permit. */
  private work(call: Known): void {
    if (!this.hasRoom) {
      this.tell("circuit-reject");
      this.soon.push(() => {
        this.leave(call);
        this.soon.push(() => this.failed(call, { said: "refused circuit", is: "refused" }));
      });
      return;
    }
    if (this.state === "open") {
      this.enterState("half-open");
      this.tell("circuit-half-open");
    }
    const isProbe = this.state === "half-open";
    this.hasProbe ||= isProbe;
    const attempt: Attempt = {
      id: `${call.id}.${call.attempts} at ${this.now}`,
      call,
      era: this.era,
      isProbe,
      timer: undefined,
      isGivenUp: false,
      hasEnded: false,
      isHeard: false,
      isStreaming: false,
      keepsPermit: false,
      spoiledBy: undefined,
    };
    attempt.timer = this.arm("attempt", this.terms.attempt, () => {
      this.tell("timeout");
      this.giveUp(attempt, { said: "timeout attempt, " + (call.lastError ?? "none"), is: "timeout" });
    });
    call.current = attempt;
    this.attempts.push(attempt);
    this.started.push(attempt.id);
    if (call.hears === "throws at once") this.settle(attempt, "server");
  }

  private giveUp(attempt: Attempt, end: End): void {
    attempt.isGivenUp = true;
    this.disarm(attempt.timer);
    if (attempt.call.hears === "its abort") this.soon.push(() => this.ended(attempt, end));
    this.soon.push(() => this.heard(attempt, end));
  }

  /** The operation's promise has settled. */
  private ended(attempt: Attempt, end: End): void {
    if (attempt.hasEnded) return;
    attempt.hasEnded = true;
    if (!attempt.isGivenUp) {
      this.disarm(attempt.timer);
      this.heard(attempt, end);
    } else if (attempt.isHeard && !attempt.keepsPermit) this.release();
  }

  /** The layers above the attempt's limit hear what came of it: circuit, permit, retry. */
  private heard(attempt: Attempt, end: End): void {
    const { call } = attempt;
    attempt.isHeard = true;
    attempt.keepsPermit = attempt.isStreaming;
    call.current = undefined;
    const { spoiledBy, isProbe, isGivenUp, isStreaming } = attempt;
    if (end.is !== "well") this.record(attempt, end);
    else if (isStreaming ? isProbe : !spoiledBy) this.recordSuccess(attempt);
    if (end.is === "well" && spoiledBy) this.record(attempt, { said: "", is: spoiledBy });
    if (end.is in failures && !isGivenUp) this.heed(end.is as Failure);
    if (spoiledBy) this.heed(spoiledBy);
    if (attempt.hasEnded && !isStreaming) this.release();
    this.answer(call, end.is === "well" && !spoiledBy);
    if (call.isTrial) this.serve();
    // Who was let in by this is at work before a retry is decided on.
    this.soon.push(() => this.decide(call, end));
  }

  private decide(call: Known, end: End): void {
    if (call.isCut && !call.isSettled) {
      const reason = call.isTimedOut ? `timeout total, ${call.lastError ?? "none"}` : `abort of ${call.id}`;
      return this.tellOutcome(call, reason);
    }
    if (end.is !== "well") return this.failed(call, end);
    this.balance = Math.min(50, this.balance + 0.5);
    this.tellOutcome(call, end.said);
  }

  private failed(call: Known, { said, is }: End): void {
    if (call.isCut) return;
    if (is !== "refused") call.lastError = said;
    const asked: { action: string; retryAfter?: number } =
      is in failures ? failures[is as Failure] : { action: "retry" };
    const { retries, delay } = this.terms;
    const wait = Math.max(delay, asked.retryAfter ?? 0);
    const isThrottled = is === "limited" && call.attempts === 1;
    const isFree = isThrottled && this.now < this.paidUntil;
    const mayGoOn =
      is !== "refused" &&
      asked.action === "retry" &&
      call.attempts <= retries &&
      wait < call.deadline - this.now &&
      (isFree || this.balance > 1 - 1e-6);
    if (!mayGoOn) {
      this.tell("retry-give-up");
      return this.tellOutcome(call, is === "refused" ? (call.lastError ?? said) : said);
    }
    if (!isFree) {
      this.balance = Math.max(0, this.balance - 1);
      if (isThrottled) this.paidUntil = this.now + failures.limited.retryAfter;
    }
    this.tell("retry");
    if (wait === 0) return this.enter(call);
    const timer = this.arm("backoff", wait, () => this.soon.push(() => !call.isCut && this.wake(call, said)));
    call.leave = () => this.disarm(timer);
  }

  /** The wait before a retry is over, perhaps so late that the call has no time left. */
  private wake(call: Known, said: string): void {
    if (this.now < call.deadline) return this.enter(call);
    this.tell("retry-give-up");
    this.tellOutcome(call, said);
  }

  private refused(call: Known, reason: string): void {
    this.tell("circuit-reject");
    this.soon.push(() => this.failed(call, { said: `refused ${reason}`, is: "refused" }));
  }

  private refusedByQueue(call: Known, reason: string): void {
    this.tell("rate-limit-reject");
    this.soon.push(() => this.failed(call, { said: `refused ${reason}`, is: "refused" }));
  }

  private heed(how: Failure): void {
    if (how !== "limited") return;
    const until = this.now + failures.limited.retryAfter;
    if (until <= this.pausedUntil) return;
    this.pausedUntil = until;
    this.room = 1 - this.trials.size;
    this.isAnyoneIn = false;
    this.fresh.clear();
    this.tell("rate-limit-pause");
    this.endWaits();
  }

  // The circuit.

  get circuit(): string {
    return this.state === "open" && this.hasRoom ? "half-open" : this.state;
  }

  private get hasRoom(): boolean {
    if (this.state === "half-open") return !this.hasProbe;
    return this.state === "closed" || this.now >= this.since + this.openFor;
  }

  private enterState(state: PipelineReference["state"]): void {
    this.state = state;
    this.era++;
    this.hasProbe = false;
  }

  private open(retryAfter: number): void {
    this.since = this.now;
    this.openFor = Math.max(this.terms.openFor, retryAfter);
    this.enterState("open");
    this.tell("circuit-open");
  }

  private recordSuccess({ era, isProbe }: Attempt): void {
    if (era !== this.era) return;
    if (!isProbe) this.failures = 0;
    else if (this.state === "half-open") {
      this.state = "closed";
      this.failures = 0;
      for (const call of this.calls) call.hasCounted = false;
      this.tell("circuit-close");
    }
  }

  private record(attempt: Attempt, { is }: End): void {
    const { call, era, isProbe } = attempt;
    const verdict: { health: string; retryAfter?: number } =
      is in failures ? failures[is as Failure] : { health: "failure" };
    const isFailure = call.isCut ? call.isTimedOut : verdict.health === "failure";
    const retryAfter = call.isCut ? 0 : (verdict.retryAfter ?? 0);
    if (!isFailure) {
      if (isProbe && era === this.era) this.hasProbe = false;
    } else if (era !== this.era) {
      if (this.state === "open" && !this.hasRoom)
        this.openFor = Math.max(this.openFor, this.now - this.since + retryAfter);
    } else if (isProbe) this.open(retryAfter);
    else if (!call.hasCounted) {
      call.hasCounted = true;
      if (++this.failures >= this.terms.trip) this.open(retryAfter);
    }
  }

  private tell(type: string): void {
    this.told[type] = (this.told[type] ?? 0) + 1;
  }

  private tellOutcome(call: Known, outcome: string): void {
    if (call.isSettled) return;
    call.isSettled = true;
    this.disarm(call.total);
    this.outcomes[call.id] = outcome;
  }

  private arm(name: string, ms: number, act: () => void): Timer {
    const timer = { name, at: this.now + ms, act, isLastChance: false };
    if (ms < Infinity) this.timers.push(timer);
    return timer;
  }

  private disarm(timer: Timer | undefined): void {
    this.timers = this.timers.filter((each) => each !== timer);
  }
}
