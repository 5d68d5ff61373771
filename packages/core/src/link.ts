/** Derives a signal for an attempt, without `AbortSignal.any`, which costs more and leaks if a listener is left on it. */
import { keepAlive } from "./keep-alive.ts";
import { listenForAbort, Listeners, type AbortListener, type Place } from "./on-abort.ts";
import type { Work } from "./work.ts";

/** A signal derived from a parent signal. */
export interface Link {
  /** Aborts with the parent's reason when the parent does, or with the reason given to `abort`. */
  readonly signal: AbortSignal;
  /** Aborts the signal, and all signals derived from it, with this reason. Only the first abort has an effect. */
  abort(reason: unknown): void;
  /**
   * Reports that the attempt has settled. The link stays in place until the work is over or, if nobody holds the work, until the
   * result (or its `body`) is garbage-collected, so that a caller's abort still reaches a body that is being read.
   */
  settle(work: Work, result?: unknown): void;
}

/**
 * Derives a signal from `parent`.
 * @param onAbort Called with the reason before the signal's own listeners, unless the attempt has already settled.
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
    const readable = work.held ? undefined : readablePartOf(result);
    if (readable) this.#attachTo(readable, place);
    else work.over(() => place.leave());
  }

  /** From now on the result keeps this link alive, so that the parent need not. */
  #attachTo(readable: object, { listeners: parent }: Place): void {
    const inner = keepAlive(readable, this);
    if (inner instanceof LinkedSignal && inner.#place?.listeners === this) keepAlive(this, inner);
    if (!(parent instanceof LinkedSignal)) return this.#weaken();
    // Links that settle one after another with the same result, an inner and an outer one, are kept or forgotten together.
    if (parent.#lastSettled) parent.#lastSettled.#weaken();
    parent.#lastSettled = this;
  }

  /**
   * Makes the parent's reference to this link weak. Otherwise a listener that the operation left on the signal, and that refers to
   * the result, would keep all of them alive for as long as the parent.
   */
  #weaken(): void {
    const place = this.#place;
    // Without weak references, as in a Worker with a compatibility date before May 2025, it lives as long as the parent.
    if (!place || typeof FinalizationRegistry === "undefined") return;
    place.listener = new WeakListener(this);
    (forgotten ??= new FinalizationRegistry((each) => each.deref()?.leave())).register(this, new WeakRef(place));
  }
}

/**
 * Removes links that were garbage-collected from their parents. Created on first use. It must hold the place weakly: a place refers to
 * the parent, which may lead to the result and so back to the link, which would then keep itself alive.
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

/** Prefers a result's `body`, because a response may be collected while its body is still being read. */
function readablePartOf(result: unknown): object | undefined {
  if (!isObject(result)) return undefined;
  try {
    const { body } = result as { body?: unknown };
    return isObject(body) ? body : result;
  } catch {
    return result; // a throwing getter
  }
}

function isObject(value: unknown): value is object {
  return Object(value) === value;
}
