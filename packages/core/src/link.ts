/** Derives a signal of its own for an attempt, without `AbortSignal.any`, which costs more and leaks where a listener stays. */
import { neverAborts } from "./never-aborts.ts";
import type { Work } from "./work.ts";

/** A signal derived from a parent's. */
export interface Link {
  /** Aborts when the parent does, with the parent's reason, or when `abort` is called. */
  readonly signal: AbortSignal;
  /** Aborts the signal, and all that derive from it, with this reason. */
  abort(reason: unknown): void;
  /**
   * Says that the attempt has settled. The link lives on until its work is over, or, where nobody holds the work, until the
   * result (or its body) is collected: a caller's abort in mid-body is not lost.
   */
  settle(work: Work, result?: unknown): void;
}

/**
 * Derives a signal from `parent`.
 * @param onAbort Hears the parent's abort first, unless the attempt has settled by then.
 */
export function link(parent: AbortSignal, onAbort?: (reason: unknown) => void): Link {
  const node = new LinkNode(onAbort);
  if (parent === neverAborts()) return node;
  if (parent.aborted) node.abort(parent.reason);
  else ((parent as Linked)[linkOf] ??= new Hub(parent)).add(node);
  return node;
}

/**
 * A signal knows who is linked to it. Between our own no event listener is needed; a foreign one gets one, however many calls
 * share it, because adding the thousandth would search a list of a thousand. A property costs far less than an entry of a `WeakMap`.
 */
interface Linked extends AbortSignal {
  [linkOf]?: Parent;
}
const linkOf = Symbol("link");

/**
 * The one hub that keeps its listener although no call is linked to it, so that calls one after another under the same signal
 * do not add and remove it each time. It is only one, because a listener left on a composite signal holds that signal for ever.
 */
let idleHub: Hub | undefined;

/** Holds the links whose result may still be read although nobody holds the work. */
let results: FinalizationRegistry<LinkNode> | undefined;

/** A doubly linked list of children: adding and removing one is O(1). */
class Parent {
  private first: LinkNode | undefined = undefined;

  get isEmpty(): boolean {
    return this.first === undefined;
  }

  add(node: LinkNode): void {
    node.parent = this;
    node.following = this.first;
    if (this.first) this.first.preceding = node;
    this.first = node;
  }

  remove(node: LinkNode): void {
    if (node.preceding) node.preceding.following = node.following;
    else this.first = node.following;
    if (node.following) node.following.preceding = node.preceding;
    node.parent = node.preceding = node.following = undefined;
  }

  protected abortChildren(reason: unknown): void {
    while (this.first) this.first.abort(reason);
  }
}

class LinkNode extends Parent implements Link {
  readonly signal: AbortSignal;
  parent: Parent | undefined = undefined;
  preceding: LinkNode | undefined = undefined;
  following: LinkNode | undefined = undefined;
  private readonly controller = new AbortController();
  private onAbort: ((reason: unknown) => void) | undefined;

  constructor(onAbort: ((reason: unknown) => void) | undefined) {
    super();
    this.onAbort = onAbort;
    this.signal = this.controller.signal;
    (this.signal as Linked)[linkOf] = this;
  }

  abort(reason: unknown): void {
    this.parent?.remove(this);
    this.onAbort?.(reason);
    this.controller.abort(reason);
    this.abortChildren(reason);
  }

  settle(work: Work, result?: unknown): void {
    this.onAbort = undefined;
    if (!this.parent) return;
    const rest = work.held ? undefined : whatMayBeRead(result);
    if (rest) (results ??= new FinalizationRegistry<LinkNode>((node) => node.unlink())).register(rest, this);
    else work.over(() => this.unlink());
  }

  private unlink(): void {
    this.parent?.remove(this);
  }
}

/** Hears a foreign signal for all who are linked to it. */
class Hub extends Parent {
  private readonly source: AbortSignal;
  private listening = false;

  constructor(source: AbortSignal) {
    super();
    this.source = source;
  }

  override add(node: LinkNode): void {
    super.add(node);
    if (this.listening) return;
    this.listening = true;
    this.source.addEventListener("abort", this);
  }

  override remove(node: LinkNode): void {
    super.remove(node);
    if (!this.isEmpty || idleHub === this) return;
    if (idleHub?.isEmpty) idleHub.stopListening();
    idleHub = this;
  }

  /** Called by the source's `abort` event. */
  handleEvent(): void {
    this.stopListening();
    this.abortChildren(this.source.reason);
  }

  private stopListening(): void {
    this.listening = false;
    this.source.removeEventListener("abort", this);
  }
}

/** A response may be collected while its body is still read. */
function whatMayBeRead(result: unknown): object | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  const { body } = result as { body?: unknown };
  return typeof body === "object" && body !== null ? body : result;
}
