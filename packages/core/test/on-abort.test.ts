import { link, listenForAbort, onAbort } from "@evenkeel/core";
import { getEventListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { neverAborts } from "../src/never-aborts.ts";
import { AttemptWork } from "../src/work.ts";
import { collectGarbage, leftBehind } from "./collect-garbage.ts";

const left = new Error("left");
const listenersOn = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;
const hearer = (): ReturnType<typeof vi.fn<(reason: unknown) => void>> => vi.fn<(reason: unknown) => void>();

/** Whichever signal was left last keeps its listener; afterwards that is another one. */
function moveOn(): void {
  onAbort(new AbortController().signal, () => {})();
}

describe("listenForAbort", () => {
  it("tells an object of the abort, once, unless it has left", () => {
    const caller = new AbortController();
    const [stays, leaves] = [{ abort: hearer() }, { abort: hearer() }];
    listenForAbort(caller.signal, stays);
    const place = listenForAbort(caller.signal, leaves);
    place?.leave();
    place?.leave();
    caller.abort(left);
    expect(stays.abort.mock.calls).toEqual([[left]]);
    expect(leaves.abort).not.toHaveBeenCalled();
  });

  it("has no place to leave where nothing more will be heard", () => {
    const listener = { abort: hearer() };
    expect(listenForAbort(neverAborts(), listener)).toBeUndefined();
    expect(listener.abort).not.toHaveBeenCalled();
    expect(listenForAbort(AbortSignal.abort(left), listener)).toBeUndefined();
    expect(listener.abort.mock.calls).toEqual([[left]]);
  });
});

describe("onAbort", () => {
  it("hears the reason, once", () => {
    const caller = new AbortController();
    const listener = hearer();
    onAbort(caller.signal, listener);
    expect(listener).not.toHaveBeenCalled();
    caller.abort(left);
    caller.abort("again");
    expect(listener.mock.calls).toEqual([[left]]);
  });

  it("hears at once of a signal that has aborted", () => {
    const listener = hearer();
    const stop = onAbort(AbortSignal.abort(left), listener);
    expect(listener.mock.calls).toEqual([[left]]);
    stop();
  });

  it("hears nothing once it has stopped, and stopping again is harmless", () => {
    const caller = new AbortController();
    const [listener, other] = [hearer(), hearer()];
    const stop = onAbort(caller.signal, listener);
    onAbort(caller.signal, other);
    stop();
    stop();
    caller.abort(left);
    stop();
    expect(listener).not.toHaveBeenCalled();
    expect(other).toHaveBeenCalledTimes(1);
  });

  it("lets all hear, in the order in which they came", () => {
    const caller = new AbortController();
    const heard: number[] = [];
    const stops = [1, 2, 3, 4, 5].map((each) => onAbort(caller.signal, () => heard.push(each)));
    stops[0]!();
    stops[2]!();
    stops[4]!();
    onAbort(caller.signal, () => heard.push(6));
    caller.abort();
    expect(heard).toEqual([2, 4, 6]);
  });

  it("lets the same function hear as often as it was added", () => {
    const caller = new AbortController();
    const listener = hearer();
    const stop = onAbort(caller.signal, listener);
    onAbort(caller.signal, listener);
    stop();
    caller.abort(left);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("lets those who hear stop each other, and come again", () => {
    const caller = new AbortController();
    const [stopped, late] = [hearer(), hearer()];
    onAbort(caller.signal, () => stop());
    const stop = onAbort(caller.signal, stopped);
    onAbort(caller.signal, () => onAbort(caller.signal, late));
    caller.abort(left);
    expect(stopped).not.toHaveBeenCalled();
    expect(late.mock.calls).toEqual([[left]]);
  });

  it("lets the others hear when one throws, and then throws the first error", () => {
    const own = link(neverAborts());
    const others = [hearer(), hearer(), hearer()];
    const fails = [new Error("first"), new Error("second")];
    onAbort(own.signal, others[0]!);
    for (const [index, error] of fails.entries()) {
      onAbort(own.signal, () => {
        throw error;
      });
      onAbort(own.signal, others[index + 1]!);
    }
    expect(() => own.abort(left)).toThrow(fails[0]);
    expect(others.map(({ mock }) => mock.calls)).toEqual([[[left]], [[left]], [[left]]]);
  });

  it("never hears of the signal that never aborts, and is not kept by it", async () => {
    expect(await leftBehind(5_000, () => onAbort(neverAborts(), () => expect.unreachable()))).toBeLessThan(20);
  });

  it("hears of a signal of our own, without an event listener, and in its turn after the signal's own listeners", () => {
    const own = link(neverAborts());
    const heard: string[] = [];
    onAbort(own.signal, (reason) => heard.push(`${String(reason)} by onAbort`));
    expect(listenersOn(own.signal)).toBe(0);
    own.signal.addEventListener("abort", () => heard.push("event"));
    own.abort("left");
    expect(heard).toEqual(["event", "left by onAbort"]);
  });
});

describe("the event listener on a foreign signal", () => {
  it("is one, however many wait", () => {
    const { signal } = new AbortController();
    const stops = Array.from({ length: 10_000 }, () => onAbort(signal, () => {}));
    expect(listenersOn(signal)).toBe(1);
    for (const stop of stops) stop();
    expect(listenersOn(signal)).toBe(1);
  });

  it("stays when all have left, so that the next need not add it", () => {
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, "addEventListener");
    for (let time = 0; time < 100; time++) onAbort(signal, () => {})();
    expect(add).toHaveBeenCalledTimes(1);
    expect(listenersOn(signal)).toBe(1);
  });

  it("goes as soon as another signal has been left, and comes back when somebody waits", () => {
    const caller = new AbortController();
    onAbort(caller.signal, () => {})();
    moveOn();
    expect(listenersOn(caller.signal)).toBe(0);
    const listener = hearer();
    onAbort(caller.signal, listener);
    expect(listenersOn(caller.signal)).toBe(1);
    moveOn();
    expect(listenersOn(caller.signal)).toBe(1);
    caller.abort(left);
    expect(listener.mock.calls).toEqual([[left]]);
  });

  it("stays on at most one of many signals that nobody waits for, in whatever order they were left", () => {
    const signals = Array.from({ length: 20 }, () => new AbortController().signal);
    const all = signals.map((signal) => [onAbort(signal, () => {}), onAbort(signal, () => {})] as const);
    const idle = (): number => signals.filter((signal) => listenersOn(signal) > 0).length;
    for (const [first] of all) first();
    expect(idle()).toBe(20);
    for (const [, second] of all.slice(10).concat(all.slice(0, 10).toReversed())) second();
    expect(idle()).toBe(1);
  });

  it("goes when the signal has aborted", () => {
    const caller = new AbortController();
    onAbort(caller.signal, () => {})();
    onAbort(caller.signal, () => {});
    caller.abort(left);
    expect(listenersOn(caller.signal)).toBe(0);
    const idle = new AbortController();
    onAbort(idle.signal, () => {})();
    idle.abort(left);
    expect(listenersOn(idle.signal)).toBe(0);
  });

  it.each<[string, (signal: AbortSignal) => void]>([
    ["nobody waits for", (signal) => onAbort(signal, () => {})()],
    ["somebody waits for", (signal) => void onAbort(signal, () => {})],
  ])("keeps no signal that has aborted and that %s", async (_, wait) => {
    moveOn();
    const signal = ((): WeakRef<AbortSignal> => {
      const caller = new AbortController();
      wait(caller.signal);
      caller.abort(left);
      return new WeakRef(caller.signal);
    })();
    await collectGarbage();
    expect(signal.deref()).toBeUndefined();
  });

  it("stays on the one that nobody waits for while others abort, and goes when yet another is left", () => {
    const { signal } = new AbortController();
    const other = new AbortController();
    onAbort(signal, () => {})();
    onAbort(other.signal, () => {});
    other.abort(left);
    expect(listenersOn(signal)).toBe(1);
    moveOn();
    expect(listenersOn(signal)).toBe(0);
  });

  it("stays on a signal that somebody waits for again when another is left", () => {
    const [first, second] = [new AbortController(), new AbortController()];
    onAbort(first.signal, () => {})();
    const listener = hearer();
    const stop = onAbort(first.signal, listener);
    onAbort(second.signal, () => {})();
    expect([listenersOn(first.signal), listenersOn(second.signal)]).toEqual([1, 1]);
    stop();
    expect([listenersOn(first.signal), listenersOn(second.signal)]).toEqual([1, 0]);
  });

  it("is added to a signal that takes no property, too", () => {
    const caller = new AbortController();
    Object.preventExtensions(caller.signal);
    const listener = hearer();
    const stop = onAbort(caller.signal, hearer());
    onAbort(caller.signal, listener);
    stop();
    caller.abort(left);
    expect(listener.mock.calls).toEqual([[left]]);
    expect(listenersOn(caller.signal)).toBe(0);
  });

  it("is a plain one: a signal of another make will do", () => {
    class OtherSignal extends EventTarget {
      aborted = false;
      reason: unknown = undefined;
    }
    const signal = new OtherSignal();
    const listener = hearer();
    onAbort(signal as unknown as AbortSignal, listener);
    signal.aborted = true;
    signal.reason = left;
    signal.dispatchEvent(new Event("abort"));
    expect(listener.mock.calls).toEqual([[left]]);
  });

  it("does not keep a composite signal that nobody waits for any more", async () => {
    const long = new AbortController().signal;
    expect(await leftBehind(5_000, () => onAbort(AbortSignal.any([long]), () => {})())).toBeLessThan(20);
  });
});

describe("a signal of which many wait", () => {
  it("is joined and left without a search", () => {
    const { signal } = new AbortController();
    const joinAndLeave = (): number => {
      const begun = performance.now();
      for (let time = 0; time < 2_000; time++) onAbort(signal, () => {})();
      return performance.now() - begun;
    };
    const fastest = (): number => Math.min(...Array.from({ length: 10 }, joinAndLeave));
    fastest();
    const alone = fastest();
    const others = Array.from({ length: 50_000 }, () => onAbort(signal, () => {}));
    expect(fastest() / alone).toBeLessThan(20); // a search would take thousands of times as long
    for (const stop of others) stop();
  });

  it("does not overflow the stack when it aborts", () => {
    const caller = new AbortController();
    let heard = 0;
    for (let time = 0; time < 50_000; time++) link(caller.signal, () => heard++);
    let inner = caller.signal;
    const work = new AttemptWork();
    for (let depth = 0; depth < 100; depth++) inner = link(inner, () => heard++).signal;
    link(inner).settle(work);
    caller.abort(left);
    expect(heard).toBe(50_100);
    expect(inner.reason).toBe(left);
  });
});
