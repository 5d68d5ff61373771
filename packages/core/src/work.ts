/** Tells when work has really ended, which may be long after its promise settled. */

/** Ends a piece of work: with the error that ended it, and with what it really cost, where they are known. */
export type EndWork = (error?: unknown, cost?: number) => void;

/** Hears that the work is over: the error that ended a part of it, and what it really cost, where they are known. */
export type WorkOver = (error: unknown, cost: number | undefined) => void;

/**
 * The work of one attempt, or of one logical call. A streamed body goes on after its response was returned, and an operation
 * deaf to its signal after a timeout gave up on it: who starts such work holds it, and who keeps something for as long as the
 * work goes on (a permit, a verdict, a linked signal) asks when it is over.
 */
export interface Work {
  /** The work of the whole logical call, which all its attempts share. */
  readonly root: Work;
  /** On `root`: the last error that came from the upstream, and not from a refusal of ours. */
  lastError: unknown;
  /** Whether something is held now. */
  readonly held: boolean;
  /** Says that work goes on beyond the promise, until the returned function is called; calling that twice is harmless. */
  hold(): EndWork;
  /** Calls back when all that is held now has ended: at once where nothing is. To be asked after `next` settled. */
  over(listener: WorkOver): void;
  /** Returns the work of a further attempt: what it holds, this work holds too, but not the other way round. */
  fork(): Work;
}

interface Hold {
  readonly waiters: Waiter[];
}

interface Waiter {
  left: number;
  readonly notify: () => void;
}

/** Starts the work of a logical call. */
export function startWork(): Work {
  return new AttemptWork();
}

class AttemptWork implements Work {
  readonly root: Work;
  lastError: unknown = undefined;
  private readonly parent: AttemptWork | undefined;
  private holds: Set<Hold> | undefined = undefined;
  private error: unknown = undefined;
  private cost: number | undefined = undefined;

  constructor(parent?: AttemptWork) {
    this.parent = parent;
    this.root = parent === undefined ? this : parent.root;
  }

  get held(): boolean {
    return this.holds !== undefined && this.holds.size > 0;
  }

  /** Events carry the work for its identity alone: it does not stand in a log. */
  toJSON(): undefined {
    return undefined;
  }

  hold(): EndWork {
    const hold: Hold = { waiters: [] };
    for (let work: AttemptWork | undefined = this; work; work = work.parent) (work.holds ??= new Set()).add(hold);
    return (error, cost) => {
      if (!this.holds?.has(hold)) return;
      for (let work: AttemptWork | undefined = this; work; work = work.parent) work.end(hold, error, cost);
      for (const waiter of hold.waiters) if (--waiter.left === 0) waiter.notify();
    };
  }

  over(listener: WorkOver): void {
    if (!this.holds?.size) return listener(this.error, this.cost);
    const waiter: Waiter = { left: this.holds.size, notify: () => listener(this.error, this.cost) };
    for (const hold of this.holds) hold.waiters.push(waiter);
  }

  fork(): Work {
    // How an earlier attempt ended was told to that attempt's layers, and is no outcome of the call.
    this.error = undefined;
    return new AttemptWork(this);
  }

  private end(hold: Hold, error: unknown, cost: number | undefined): void {
    this.holds?.delete(hold);
    this.error ??= error;
    this.cost = cost ?? this.cost;
  }
}
