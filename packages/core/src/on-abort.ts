/** Shares one event listener per signal among all who wait for its abort. */
import { neverAborts } from "./never-aborts.ts";
import { Ring } from "./ring.ts";

/**
 * Calls `listener` with the reason when `signal` aborts, or at once if it already has. Returns a function that stops listening.
 * A signal gets one event listener, however many calls share it: `addEventListener` searches all listeners that are there.
 */
export function onAbort(signal: AbortSignal, listener: (reason: unknown) => void): () => void {
  const place = listenForAbort(signal, { abort: listener });
  return () => place?.leave();
}

/** Is told of an abort. */
export interface AbortListener {
  abort(reason: unknown): void;
}

/** A listener's registration. */
export interface Listening {
  /** Stops listening. Calling it again has no effect. */
  leave(): void;
}

/** Registers `listener` for the abort of `signal`. If that has aborted, calls it at once instead, and returns nothing. */
export function listenForAbort(signal: AbortSignal, listener: AbortListener): Place | undefined {
  if (signal === neverAborts()) return undefined;
  if (!signal.aborted) return new Place(listener, (signal as Heard)[heardBy] ?? new Hub(signal));
  listener.abort(signal.reason);
  return undefined;
}

/** A property costs far less than a `WeakMap` entry. */
interface Heard extends AbortSignal {
  [heardBy]?: Listeners;
}
const heardBy = Symbol("heard by");

/** A listener's place in the list. */
export class Place extends Ring implements Listening {
  listener: AbortListener;
  readonly listeners: Listeners;

  constructor(listener: AbortListener, listeners: Listeners) {
    super();
    this.listener = listener;
    this.listeners = listeners;
    listeners.add(this);
  }

  override leave(): void {
    super.leave();
    this.listeners.left();
  }
}

/** The listeners of one signal, in the order in which they came. Whoever aborts a signal of ours tells them directly, without an event. */
export class Listeners extends Ring {
  constructor(signal: AbortSignal) {
    super();
    if (Object.isExtensible(signal)) (signal as Heard)[heardBy] = this;
  }

  get isEmpty(): boolean {
    return this.after === this;
  }

  /** Called when a listener has left. */
  left(): void {}

  /** Tells each listener once, including those that join meanwhile. Rethrows the first error after all have been told. */
  tell(reason: unknown): void {
    let failure: { readonly error: unknown } | undefined;
    for (let { after } = this; after instanceof Place; { after } = this) {
      after.leave();
      try {
        after.listener.abort(reason);
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure) throw failure.error;
  }
}

/**
 * The one hub that keeps its event listener although nobody waits, so that consecutive calls with the same signal do not add and
 * remove it each time. Only one does, because a listener left on a composite signal keeps that signal alive for ever.
 */
let idleHub: Hub | undefined;

/** Listens to a foreign signal on behalf of all who wait for it. */
class Hub extends Listeners {
  readonly #source: AbortSignal;
  #isListening = false;

  constructor(source: AbortSignal) {
    super(source);
    this.#source = source;
  }

  override add(place: Ring): void {
    super.add(place);
    if (this.#isListening) return;
    this.#isListening = true;
    this.#source.addEventListener("abort", this);
  }

  override left(): void {
    if (!this.isEmpty || !this.#isListening || idleHub === this) return;
    if (idleHub?.isEmpty) idleHub.#stopListening();
    idleHub = this;
  }

  /** Handles the source's `abort` event. */
  handleEvent(): void {
    this.#stopListening();
    if (idleHub === this) idleHub = undefined;
    this.tell(this.#source.reason);
  }

  #stopListening(): void {
    this.#isListening = false;
    this.#source.removeEventListener("abort", this);
  }
}
