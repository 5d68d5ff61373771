/** Hears a signal's abort without an event listener for each who waits. */
import { neverAborts } from "./never-aborts.ts";

/**
 * Calls `listener` with the reason when `signal` aborts (at once if it has), unless the returned function is called first.
 * A signal gets one event listener however many wait, because adding its thousandth would search a list of a thousand.
 */
export function onAbort(signal: AbortSignal, listener: (reason: unknown) => void): () => void {
  const place = listenForAbort(signal, { abort: listener });
  return () => place?.leave();
}

/** What hears of an abort. */
export interface AbortListener {
  abort(reason: unknown): void;
}

/** What hears, until it leaves. */
export interface Listening {
  /** Makes it hear nothing any more; to say so twice is harmless. */
  leave(): void;
}

/** Lets `listener` hear of the abort of `signal`. Returns its place among the listeners, if there will be anything to hear. */
export function listenForAbort(signal: AbortSignal, listener: AbortListener): Place | undefined {
  if (signal === neverAborts()) return undefined;
  if (!signal.aborted) return new Place(listener, (signal as Heard)[heardBy] ?? new Hub(signal));
  listener.abort(signal.reason);
  return undefined;
}

/** A property costs far less than an entry of a `WeakMap`. */
interface Heard extends AbortSignal {
  [heardBy]?: Listeners;
}
const heardBy = Symbol("heard by");

/** A ring: joining and leaving are O(1), and twice as fast as in a `Set`, which needs a hash of each. */
class Ring {
  #before: Ring = this;
  #after: Ring = this;

  get after(): Ring {
    return this.#after;
  }

  put(last: Ring): void {
    last.#before = this.#before;
    last.#after = this;
    this.#before = this.#before.#after = last;
  }

  leave(): void {
    this.#before.#after = this.#after;
    this.#after.#before = this.#before;
    this.#before = this.#after = this;
  }
}

/** A place among those who wait. */
export class Place extends Ring implements Listening {
  listener: AbortListener;
  readonly listeners: Listeners;

  constructor(listener: AbortListener, listeners: Listeners) {
    super();
    this.listener = listener;
    this.listeners = listeners;
    listeners.put(this);
  }

  override leave(): void {
    super.leave();
    this.listeners.left();
  }
}

/** Those who wait for a signal of our own, in the order in which they came. Who aborts it tells them; no event is needed. */
export class Listeners extends Ring {
  constructor(signal: AbortSignal) {
    super();
    if (Object.isExtensible(signal)) (signal as Heard)[heardBy] = this;
  }

  get isEmpty(): boolean {
    return this.after === this;
  }

  /** Called when one has left. */
  left(): void {}

  /** Each hears once, and those who come meanwhile hear too. What one throws comes out when all have heard. */
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
 * The one hub that keeps its event listener although nobody waits, so that calls one after another under the same signal do
 * not add and remove it each time. It is only one, because a listener left on a composite signal holds that signal for ever.
 */
let idleHub: Hub | undefined;

/** Hears a foreign signal for all who wait for it. */
class Hub extends Listeners {
  readonly #source: AbortSignal;
  #isListening = false;

  constructor(source: AbortSignal) {
    super(source);
    this.#source = source;
  }

  override put(place: Ring): void {
    super.put(place);
    if (this.#isListening) return;
    this.#isListening = true;
    this.#source.addEventListener("abort", this);
  }

  override left(): void {
    if (!this.isEmpty || !this.#isListening || idleHub === this) return;
    if (idleHub?.isEmpty) idleHub.#stopListening();
    idleHub = this;
  }

  /** Called by the source's `abort` event. */
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
