/** Tracks when work has actually ended, which may be long after its promise settled. */
import { quietly } from "./quietly.ts";

/** Ends a piece of work, with the error that ended it if there was one, and with the units that it actually cost if that is known. */
export type EndWork = (error?: unknown, cost?: number) => void;

/** Is told that the work is over, with the first error that ended a piece of it, and the total cost of its pieces as far as known. */
export type WorkOver = (error: unknown, cost: number | undefined) => void;

/**
 * The work of one attempt, or of one logical call. It can outlive its promise: a streamed body continues after its response was
 * returned, and an operation that ignores its signal continues after a timeout gave up on it. Whoever starts such work holds it;
 * whoever needs to know when it ends (to release a permit, record an outcome or unlink a signal) calls `over`.
 */
export interface Work {
  /** The work of the whole logical call, which all its attempts share. */
  readonly root: Work;
  /** On `root`: the last error that came from the upstream rather than from a refusal of this toolkit. */
  lastError: unknown;
  /** Whether anything is held now. */
  readonly held: boolean;
  /** Declares that work continues beyond the promise. Returns the function that ends it; calling that again has no effect. */
  hold(): EndWork;
  /**
   * Calls `listener` when everything that is held now has ended, or at once if nothing is. Call it after `next` has settled, with a
   * listener that does not throw: while work is held, what it throws is ignored. Error and cost are those of the last attempt: earlier
   * ones were reported to their own layers.
   */
  over(listener: WorkOver): void;
  /** Returns the work of a further attempt. Whatever the fork holds, this work holds too, but not vice versa. */
  fork(): Work;
}

/** A piece of work in progress: the callbacks for when it ends. */
type Hold = (() => void)[];

/** The result so far of an attempt's pieces of work. */
interface Outcome {
  error?: unknown;
  cost?: number;
}

/**
 * The work of an attempt or, without a parent, of a logical call. Has only private fields, so that it prints and serialises as nothing:
 * events carry it to identify their call.
 */
export class AttemptWork implements Work {
  readonly #parent: AttemptWork | undefined;
  #lastError: unknown;
  #holds: Set<Hold> | undefined;
  /** The outcome of the last attempt: each fork starts a new one, in this work and in its ancestors. */
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
      for (const ended of hold) quietly(ended); // one layer's faulty listener must not keep the permits of the others
      endOuter?.(error, cost);
    };
  }

  over(listener: WorkOver): void {
    let left = this.#holds?.size ?? 0;
    if (!left) return listener(this.#outcome?.error, this.#outcome?.cost);
    const outcome = (this.#outcome ??= {});
    for (const hold of this.#holds!) hold.push(() => --left || listener(outcome.error, outcome.cost));
  }

  fork(): Work {
    for (let work: AttemptWork | undefined = this; work; work = work.#parent) work.#outcome = undefined;
    return new AttemptWork(this);
  }
}
