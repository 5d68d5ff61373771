/** Tells when work has really ended, which may be long after its promise settled. */

/** Ends a piece of work: with the error that ended it, and with the units that it really cost, where they are known. */
export type EndWork = (error?: unknown, cost?: number) => void;

/** Hears that the work is over: the first error that ended a piece of it, and what its pieces cost together, where they are known. */
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
  /**
   * Calls back when all that is held now has ended: at once where nothing is. To be asked after `next` settled, by a listener
   * that does not throw. Error and cost are those of the last attempt; how an earlier one ended, its own layers were told.
   */
  over(listener: WorkOver): void;
  /** Returns the work of a further attempt: what it holds, this work holds too, but not the other way round. */
  fork(): Work;
}

/** Starts the work of a logical call. */
export function startWork(): Work {
  return new AttemptWork();
}

/** One piece of work that goes on: what to do when it ends. */
type Hold = (() => void)[];

/** What the pieces of an attempt came to, as far as they have ended. */
interface Outcome {
  error?: unknown;
  cost?: number;
}

/** Shows nothing when it is printed or serialised: events carry it as the identity of their call. */
class AttemptWork implements Work {
  readonly #parent: AttemptWork | undefined;
  #lastError: unknown;
  #holds: Set<Hold> | undefined;
  /** That of the last attempt: each fork begins another, here and further out. */
  #outcome: Outcome | undefined;

  constructor(parent?: AttemptWork) {
    this.#parent = parent;
  }

  get root(): Work {
    return this.#parent?.root ?? this;
  }

  get lastError(): unknown {
    return this.#lastError;
  }

  set lastError(error) {
    this.#lastError = error;
  }

  get held(): boolean {
    return !!this.#holds?.size;
  }

  hold(): EndWork {
    const endOuter = this.#parent?.hold();
    const outcome = (this.#outcome ??= {});
    const hold: Hold = [];
    const holds = (this.#holds ??= new Set()).add(hold);
    return (error, cost) => {
      if (!holds.delete(hold)) return;
      outcome.error ??= error;
      if (cost !== undefined) outcome.cost = (outcome.cost ?? 0) + cost;
      for (const ended of hold) ended();
      endOuter?.(error, cost);
    };
  }

  over(listener: WorkOver): void {
    const outcome = (this.#outcome ??= {});
    const holds = this.#holds;
    if (!holds?.size) return listener(outcome.error, outcome.cost);
    let left = holds.size;
    for (const hold of holds) hold.push(() => --left || listener(outcome.error, outcome.cost));
  }

  fork(): Work {
    for (let work: AttemptWork | undefined = this; work; work = work.#parent) work.#outcome = undefined;
    return new AttemptWork(this);
  }
}
