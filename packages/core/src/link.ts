/** Derives a signal of its own for an attempt, without `AbortSignal.any`, which costs more and leaks where a listener stays. */
import { keepAlive } from "./keep-alive.ts";
import { listenForAbort, Listeners, type AbortListener, type Place } from "./on-abort.ts";
import type { Work } from "./work.ts";

/** A signal derived from a parent's. */
export interface Link {
  /** Aborts when the parent does, with the parent's reason, or when `abort` is called. */
  readonly signal: AbortSignal;
  /** Aborts the signal, and all that derive from it, with this reason. Only the first abort counts. */
  abort(reason: unknown): void;
  /**
   * Says that the attempt has settled. The link lives on until its work is over, or, where nobody holds the work, until the
   * result (or its body) is collected: a caller's abort in mid-body is not lost.
   */
  settle(work: Work, result?: unknown): void;
}

/**
 * Derives a signal from `parent`.
 * @param onAbort Hears of the abort before the signal's own listeners do, unless the attempt has settled by then.
 */
export function link(parent: AbortSignal, onAbort?: (reason: unknown) => void): Link {
  return new LinkedSignal(parent, onAbort);
}

class LinkedSignal extends Listeners implements Link {
  readonly signal: AbortSignal;
  readonly #controller: AbortController;
  readonly #place: Place | undefined;
  /** The child that settled last. */
  #lastSettled: LinkedSignal | undefined;
  #beforeAbort: ((reason: unknown) => void) | undefined;
  #isAborted = false;

  constructor(parent: AbortSignal, beforeAbort: ((reason: unknown) => void) | undefined) {
    const controller = new AbortController();
    super(controller.signal);
    this.signal = controller.signal;
    this.#controller = controller;
    this.#beforeAbort = beforeAbort;
    this.#place = listenForAbort(parent, this);
  }

  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#place?.leave();
    this.#beforeAbort?.(reason);
    this.#controller.abort(reason);
    this.tell(reason);
  }

  settle(work: Work, result?: unknown): void {
    this.#beforeAbort = undefined;
    const place = this.#place;
    if (!place) return;
    const rest = work.held ? undefined : whatMayBeRead(result);
    if (rest) this.#leaveTo(rest, place);
    else work.over(() => place.leave());
  }

  /** From now on what may be read keeps this link; the parent need not. */
  #leaveTo(rest: object, { listeners: parent }: Place): void {
    const inner = keepAlive(rest, this);
    if (inner instanceof LinkedSignal && inner.#place?.listeners === this) keepAlive(this, inner);
    if (!(parent instanceof LinkedSignal)) return this.#weaken();
    // Settling one after the other, with one result, an inner and an outer link are kept or forgotten together.
    const last = parent.#lastSettled;
    parent.#lastSettled = this;
    if (last) last.#weaken();
  }

  /**
   * Lets the parent reach this link weakly: a listener that the operation left on the signal, and that reaches what is read,
   * would else keep all of them for as long as the parent lives.
   */
  #weaken(): void {
    const place = this.#place;
    // Where nothing can be reached weakly, as in a Worker with a compatibility date before May 2025, it goes with the parent.
    if (!place || typeof FinalizationRegistry === "undefined") return;
    place.listener = new WeakListener(this);
    (forgotten ??= new FinalizationRegistry((each) => each.deref()?.leave())).register(this, new WeakRef(place));
  }
}

/**
 * Frees parents from the links that nothing keeps any more. It reaches the place weakly: from there the way leads to the
 * parent, to whom that has told of the result, and so to the link, which would keep itself. Made at first use.
 */
let forgotten: FinalizationRegistry<WeakRef<Place>> | undefined;

class WeakListener implements AbortListener {
  readonly #listener: WeakRef<AbortListener>;

  constructor(listener: AbortListener) {
    this.#listener = new WeakRef(listener);
  }

  abort(reason: unknown): void {
    this.#listener.deref()?.abort(reason);
  }
}

/** A response may be collected while its body is still read. */
function whatMayBeRead(result: unknown): object | undefined {
  if (!isObject(result)) return undefined;
  try {
    const { body } = result as { body?: unknown };
    return isObject(body) ? body : result;
  } catch {
    return result; // a getter that throws
  }
}

function isObject(value: unknown): value is object {
  return Object(value) === value;
}
