import { link, type Link } from "@evenkeel/core";
import * as fc from "fast-check";
import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { neverAborts } from "../src/never-aborts.ts";
import { AttemptWork } from "../src/work.ts";
import { collectGarbage, leftBehind, task } from "./collect-garbage.ts";

const left = new Error("left");
const listenersOn = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;
const hearer = (): ReturnType<typeof vi.fn<(reason: unknown) => void>> => vi.fn<(reason: unknown) => void>();

/** Settles with nothing to read and nobody holding the work. */
function finish(each: Link, result?: unknown): void {
  each.settle(new AttemptWork(), result);
}

afterEach(() => vi.unstubAllGlobals());

describe("a link", () => {
  it("has a signal of its own, which aborts when the parent does, with the very reason", () => {
    const caller = new AbortController();
    const { signal } = link(caller.signal);
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(signal).not.toBe(caller.signal);
    expect(signal.aborted).toBe(false);
    const heard = hearer();
    signal.addEventListener("abort", () => heard(signal.reason));
    caller.abort(left);
    expect(heard.mock.calls).toEqual([[left]]);
  });

  it("aborts by itself, and all that derive from it, but not its parent nor its siblings", () => {
    const caller = new AbortController();
    const outer = link(caller.signal);
    const sibling = link(caller.signal);
    const inner = link(outer.signal);
    const innermost = link(inner.signal);
    outer.abort(left);
    expect([outer, inner, innermost].map(({ signal }) => signal.reason)).toEqual([left, left, left]);
    expect(sibling.signal.aborted).toBe(false);
    expect(caller.signal.aborted).toBe(false);
  });

  it("aborts through foreign signals in between", () => {
    const caller = new AbortController();
    const outer = link(caller.signal);
    const inner = link(AbortSignal.any([outer.signal, new AbortController().signal]));
    caller.abort(left);
    expect(inner.signal.reason).toBe(left);
  });

  it("has aborted when its parent has, with the very reason", () => {
    const before = hearer();
    expect(link(AbortSignal.abort(left), before).signal.reason).toBe(left);
    expect(before.mock.calls).toEqual([[left]]);
    const outer = link(neverAborts());
    outer.abort("first");
    expect(link(outer.signal).signal.reason).toBe("first");
  });

  it("aborts once: the first reason stays", () => {
    const caller = new AbortController();
    const before = hearer();
    const own = link(caller.signal, before);
    own.abort("first");
    own.abort("second");
    caller.abort("third");
    expect(own.signal.reason).toBe("first");
    expect(before.mock.calls).toEqual([["first"]]);
  });

  it("without a caller has nobody to listen to", () => {
    const own = link(neverAborts());
    finish(own, {});
    expect(own.signal.aborted).toBe(false);
    own.abort(left);
    expect(own.signal.reason).toBe(left);
  });

  it("of a parent that takes no property aborts, too", () => {
    const caller = new AbortController();
    const signal = Object.preventExtensions(caller.signal);
    const [first, second] = [link(signal), link(signal)];
    finish(first);
    caller.abort(left);
    expect([first.signal.aborted, second.signal.reason]).toEqual([false, left]);
    expect(listenersOn(signal)).toBe(0);
  });

  it("hears of an abort in mid-body, too, where the runtime can reach nothing weakly", () => {
    vi.stubGlobal("WeakRef", undefined);
    vi.stubGlobal("FinalizationRegistry", undefined);
    const caller = new AbortController();
    const own = link(caller.signal);
    finish(own, { body: {} });
    caller.abort(left);
    expect(own.signal.reason).toBe(left);
  });

  it("does not mind an abort of the parent that comes when it has aborted itself", () => {
    const caller = new AbortController();
    const own = link(caller.signal);
    own.abort("own");
    finish(own, {});
    caller.abort(left);
    expect(own.signal.reason).toBe("own");
    expect(listenersOn(caller.signal)).toBe(0);
  });
});

describe("who is told of the abort", () => {
  it("hears before the signal's listeners, and those within hear after them", () => {
    const caller = new AbortController();
    const order: string[] = [];
    const outer = link(caller.signal, () => order.push("outer is told"));
    outer.signal.addEventListener("abort", () => order.push("outer's listener"));
    const inner = link(outer.signal, () => order.push("inner is told"));
    inner.signal.addEventListener("abort", () => order.push("inner's listener"));
    caller.abort(left);
    expect(order).toEqual(["outer is told", "outer's listener", "inner is told", "inner's listener"]);
  });

  it("hears nothing once the attempt has settled, though the signal still aborts", () => {
    const caller = new AbortController();
    const before = hearer();
    const own = link(caller.signal, before);
    const body = {};
    finish(own, body);
    caller.abort(left);
    expect(before).not.toHaveBeenCalled();
    expect(own.signal.reason).toBe(left);
    expect(body).toEqual({});
  });

  it("may abort, settle and link anew while it is told", () => {
    const caller = new AbortController();
    const late: Link[] = [];
    const own: Link = link(caller.signal, () => {
      own.abort("again");
      finish(own, {});
      late.push(link(own.signal), link(caller.signal));
    });
    caller.abort(left);
    expect(own.signal.reason).toBe(left);
    expect(late.map(({ signal }) => signal.reason)).toEqual([left, left]);
    expect(listenersOn(caller.signal)).toBe(0);
  });

  it("may do so while it aborts by itself", () => {
    const caller = new AbortController();
    const late: Link[] = [];
    const own: Link = link(caller.signal, () => {
      own.abort("again");
      late.push(link(own.signal));
      caller.abort("the parent's");
    });
    own.abort(left);
    expect(own.signal.reason).toBe(left);
    expect(late[0]!.signal.reason).toBe(left);
  });

  it("may abort its siblings, its children and its parent", () => {
    const caller = new AbortController();
    const outer = link(caller.signal);
    const heard = hearer();
    const first = link(outer.signal, () => {
      second.abort("by a sibling");
      outer.abort("by a child");
    });
    const second = link(outer.signal, heard);
    const child = link(first.signal);
    first.abort(left);
    expect(first.signal.reason).toBe(left);
    expect(child.signal.reason).toBe(left);
    expect(heard.mock.calls).toEqual([["by a sibling"]]);
    expect(outer.signal.reason).toBe("by a child");
  });

  it("may be a listener on the signal that links and aborts", () => {
    const caller = new AbortController();
    const own = link(caller.signal);
    let late: Link | undefined;
    own.signal.addEventListener("abort", () => {
      late = link(own.signal);
      own.abort("again");
      caller.abort("again");
    });
    caller.abort(left);
    expect(own.signal.reason).toBe(left);
    expect(late!.signal.reason).toBe(left);
  });
});

describe("after the attempt has settled", () => {
  it.each([undefined, null, 5, "text", true, 5n, Symbol("result")])(
    "a link with the result %o, which cannot be read on, is gone",
    (result) => {
      const caller = new AbortController();
      const own = link(caller.signal);
      finish(own, result);
      caller.abort(left);
      expect(own.signal.aborted).toBe(false);
    },
  );

  it.each<[string, () => object]>([
    ["an object", () => ({ stream: true })],
    ["a function", () => () => {}],
    ["a response with a body", () => new Response("body")],
    ["a response without a body", () => new Response(null)],
    ["a frozen object", () => Object.freeze({})],
    [
      "an object whose body throws",
      () => ({
        get body(): never {
          throw new Error("body");
        },
      }),
    ],
    [
      "a proxy that throws",
      () =>
        new Proxy(
          {},
          {
            get() {
              throw new Error("get");
            },
            isExtensible() {
              throw new Error("isExtensible");
            },
          },
        ),
    ],
  ])("a link with %s for a result, which may be read on, still aborts", (_, make) => {
    const caller = new AbortController();
    const own = link(caller.signal);
    const result = make();
    finish(own, result);
    caller.abort(left);
    expect(own.signal.reason).toBe(left);
    expect(result).toBeDefined();
  });

  it("a link whose work is held aborts until the work is over", () => {
    const caller = new AbortController();
    const [reading, read] = [new AttemptWork(), new AttemptWork()];
    const [first, second] = [link(caller.signal), link(caller.signal)];
    reading.hold();
    const end = read.hold();
    first.settle(reading, {});
    second.settle(read, {});
    end();
    caller.abort(left);
    expect([first.signal.reason, second.signal.aborted]).toEqual([left, false]);
  });

  it("a link still aborts by itself", () => {
    const own = link(new AbortController().signal);
    const inner = link(own.signal);
    finish(own);
    own.abort(left);
    expect([own.signal.reason, inner.signal.reason]).toEqual([left, left]);
  });

  it("a link may settle again", () => {
    const caller = new AbortController();
    const own = link(caller.signal);
    const result = {};
    finish(own, result);
    finish(own, result);
    finish(own);
    caller.abort(left);
    expect(own.signal.aborted).toBe(false);
  });

  it("the parent keeps one listener while calls come, and none when another's come", () => {
    const [first, second] = [new AbortController().signal, new AbortController().signal];
    const links = Array.from({ length: 1_000 }, () => link(first));
    expect(listenersOn(first)).toBe(1);
    for (const each of links) finish(each);
    expect(listenersOn(first)).toBe(1);
    finish(link(second));
    expect([listenersOn(first), listenersOn(second)]).toEqual([0, 1]);
  });
});

describe("what is collected", () => {
  const calls = 25_000; // four times
  const bytes = 20; // less than anything that could be left of a call

  const long = new AbortController().signal;
  const cached = { config: true };
  let kept: object[] = [];

  it.each<[string, (own: Link) => void]>([
    ["failed", (own) => finish(own)],
    ["gave a primitive", (own) => finish(own, 5)],
    ["gave an object", (own) => finish(own, { a: 1 })],
    ["gave a response", (own) => finish(own, { body: { a: 1 } })],
    ["gave the same object as all others", (own) => finish(own, cached)],
    ["gave a frozen object", (own) => finish(own, Object.freeze({ a: 1 }))],
    [
      "held the work for a while",
      (own) => {
        const work = new AttemptWork();
        const end = work.hold();
        own.settle(work, {});
        end();
      },
    ],
    ["gave up", (own) => own.abort(left)],
    [
      "left a listener that reaches the result",
      (own) => {
        const result = { listen: () => result };
        own.signal.addEventListener("abort", result.listen);
        finish(own, result);
      },
    ],
    [
      "linked another to its signal, with the same result",
      (own) => {
        const inner = link(own.signal);
        const result = { a: 1 };
        finish(inner, result);
        finish(own, result);
      },
    ],
    [
      "linked several in a row, with the same result",
      (own) => {
        const middle = link(own.signal);
        const inner = link(middle.signal);
        const result = { a: 1 };
        inner.signal.addEventListener("abort", () => result);
        middle.signal.addEventListener("abort", () => result);
        own.signal.addEventListener("abort", () => result);
        finish(inner, result);
        finish(middle, result);
        finish(own, result);
      },
    ],
    [
      "linked another to its signal, whose result it replaced",
      (own) => {
        finish(link(own.signal), { a: 1 });
        finish(own, { b: 1 });
      },
    ],
  ])("under one long-lived signal: calls leave nothing behind that %s", async (_, settle) => {
    expect(await leftBehind(calls, () => settle(link(long)))).toBeLessThan(bytes);
    expect(listenersOn(long)).toBeLessThanOrEqual(1);
  });

  it("under a signal of ours, that of an outer call which goes on: neither", async () => {
    const agent = link(neverAborts());
    const call = (): void => {
      const outer = link(agent.signal);
      const inner = link(outer.signal);
      const result = { listen: () => result };
      inner.signal.addEventListener("abort", result.listen);
      finish(inner, result);
      finish(outer, result);
    };
    expect(await leftBehind(calls, call)).toBeLessThan(bytes);
  });

  it.each<[string, (own: Link) => void]>([
    ["failed", (own) => finish(own)],
    ["gave a primitive", (own) => finish(own, 5)],
    ["gave an object", (own) => finish(own, { a: 1 })],
  ])("under fresh composites of a long-lived signal: neither, when they %s", async (_, settle) => {
    const call = (): void => settle(link(AbortSignal.any([long])));
    expect(await leftBehind(5_000, call)).toBeLessThan(bytes);
    expect(listenersOn(long)).toBeLessThanOrEqual(1);
  });

  it("under fresh signals, whose own listeners reach the result: neither", async () => {
    const call = (): void => {
      const { signal } = new AbortController();
      const result = { cancel: () => result };
      signal.addEventListener("abort", result.cancel);
      finish(link(signal), result);
    };
    expect(await leftBehind(calls, call)).toBeLessThan(bytes);
  });

  it("without a caller's signal: neither", async () => {
    const call = (): void => {
      const outer = link(neverAborts());
      const result = {};
      finish(link(outer.signal), result);
      finish(outer, result);
    };
    expect(await leftBehind(calls, call)).toBeLessThan(bytes);
  });

  it("a link goes when its result is collected, and then the parent has no listener to keep", async () => {
    const { signal } = new AbortController();
    const own = new WeakRef(link(signal));
    kept = [{}];
    own.deref()!.settle(new AttemptWork(), kept[0]);
    await collectGarbage();
    expect(own.deref()).toBeDefined();
    kept = [];
    await collectGarbage();
    expect(own.deref()).toBeUndefined();
    finish(link(new AbortController().signal));
    expect(listenersOn(signal)).toBe(0);
  });

  it("an abort that comes before anyone was told what is collected reaches the others", async () => {
    const caller = new AbortController();
    const heard = hearer();
    finish(link(caller.signal), {});
    link(caller.signal, heard);
    await task();
    globalThis.gc!();
    caller.abort(left);
    expect(heard.mock.calls).toEqual([[left]]);
  });

  it.each<[string, string[], (own: Link, reading: object) => void]>([
    ["is the result", ["own"], (own, reading) => finish(own, reading)],
    ["is the body of a response that was collected", ["own"], (own, reading) => finish(own, { body: reading })],
    [
      "is the result of an outer and an inner attempt",
      ["own", "inner"],
      (own, reading) => {
        const [middle, outermost] = [link(own.signal), own];
        const inner = link(middle.signal);
        inner.signal.addEventListener("abort", () => hearing("inner"));
        finish(inner, reading);
        finish(middle, reading);
        finish(outermost, reading);
      },
    ],
    [
      "is the result of an inner attempt, in an outer one that goes on",
      ["own", "inner"],
      (own, reading) => {
        const inner = link(own.signal);
        inner.signal.addEventListener("abort", () => hearing("inner"));
        finish(inner, reading);
        finish(link(own.signal), {});
        kept.push(own);
      },
    ],
    [
      "is the result of the first of two inner attempts, which the outer one has chosen",
      ["own", "inner"],
      (own, reading) => {
        const inner = link(own.signal);
        inner.signal.addEventListener("abort", () => hearing("inner"));
        finish(inner, reading);
        finish(link(own.signal), {});
        finish(own, reading);
      },
    ],
    [
      "is the result of an inner attempt, which an outer one has wrapped",
      ["own", "inner"],
      (own, reading) => {
        const inner = link(own.signal);
        inner.signal.addEventListener("abort", () => hearing("inner"));
        finish(inner, reading);
        const wrapper = { reading };
        kept.push(wrapper);
        finish(own, wrapper);
      },
    ],
  ])(
    "a link still hears the abort after garbage was collected, when what is read on %s",
    async (_, expected, settle) => {
      const caller = new AbortController();
      const reading = {};
      kept = [reading];
      hearing.mockClear();
      ((): void => {
        const own = link(caller.signal);
        own.signal.addEventListener("abort", () => hearing("own"));
        settle(own, reading);
      })();
      await collectGarbage();
      for (let time = 0; time < 10; time++) finish(link(caller.signal), { time });
      await collectGarbage();
      caller.abort(left);
      expect(hearing.mock.calls.flat()).toEqual(expected);
      expect(kept[0]).toBe(reading);
    },
  );
  const hearing = vi.fn<(who: string) => void>();

  it("a response that is read on still hears the abort, though nobody holds the response", async () => {
    const caller = new AbortController();
    let cancelled: unknown;
    const reader = ((): ReadableStreamDefaultReader => {
      const own = link(caller.signal);
      const stream = new ReadableStream({
        start(controller) {
          own.signal.addEventListener("abort", () => controller.error((cancelled = own.signal.reason)));
        },
      });
      const response = new Response(stream);
      finish(own, response);
      return response.body!.getReader();
    })();
    await collectGarbage();
    caller.abort(left);
    expect(cancelled).toBe(left);
    await expect(reader.read()).rejects.toBe(left);
  });

  it("a link whose work is held hears it, whatever became of the result", async () => {
    const caller = new AbortController();
    const heard = hearer();
    const work = new AttemptWork();
    const end = work.hold();
    ((): void => {
      const own = link(caller.signal);
      own.signal.addEventListener("abort", () => heard(own.signal.reason));
      own.settle(work, {});
    })();
    await collectGarbage();
    caller.abort(left);
    expect(heard.mock.calls).toEqual([[left]]);
    end();
  });

  it("an attempt that goes on hears it, though only a listener is left of it", async () => {
    const caller = new AbortController();
    const heard = hearer();
    ((): void => {
      const own = link(link(caller.signal).signal);
      own.signal.addEventListener("abort", () => heard(own.signal.reason));
    })();
    await collectGarbage();
    caller.abort(left);
    expect(heard.mock.calls).toEqual([[left]]);
  });
});

describe("across two copies of the package", async () => {
  vi.resetModules();
  const copy = await import("../src/index.ts");

  it("there are two", () => {
    expect(copy.link).not.toBe(link);
  });

  it("a link of one derives from a link of the other, by an event listener", () => {
    const caller = new AbortController();
    const outer = copy.link(caller.signal);
    const inner = link(outer.signal);
    expect([listenersOn(caller.signal), listenersOn(outer.signal)]).toEqual([1, 1]);
    caller.abort(left);
    expect(inner.signal.reason).toBe(left);
  });

  it("the other's signal that never aborts is one like any", async () => {
    const { signal, work } = copy.startCall(undefined);
    expect(signal).not.toBe(neverAborts());
    expect(await leftBehind(10_000, () => link(signal).settle(work, {}))).toBeLessThan(20);
    expect(listenersOn(signal)).toBe(0);
  });
});

describe("against a model that knows every signal's parent", () => {
  interface Node {
    readonly signal: AbortSignal;
    /** -1 for a caller's. */
    readonly parent: number;
    readonly abort: (reason: unknown) => void;
    readonly link: Link | undefined;
    readonly told: unknown[];
    expectedTold: unknown[];
    reason: unknown;
    isLinked: boolean;
    isSettled: boolean;
    endWork: (() => void) | undefined;
  }
  const index = fc.nat({ max: 50 });
  const command = fc.oneof(
    { weight: 1, arbitrary: fc.record({ type: fc.constant("caller" as const), index }) },
    { weight: 5, arbitrary: fc.record({ type: fc.constant("link" as const), index }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("abort" as const), index }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("fail" as const), index }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("succeed" as const), index }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("stream" as const), index }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("end" as const), index }) },
  );

  it("links, aborts, settles and ends in every order", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const nodes: Node[] = [];
        const results: object[] = [];
        let reasons = 0;
        const expectAbort = (at: number, reason: unknown): void => {
          const node = nodes[at]!;
          if (node.reason !== undefined) return;
          node.reason = reason;
          node.isLinked = false;
          if (node.link && !node.isSettled) node.expectedTold.push(reason);
          for (const [child, { parent, isLinked }] of nodes.entries()) {
            if (parent === at && isLinked) expectAbort(child, reason);
          }
        };
        const add = (node: Pick<Node, "signal" | "parent" | "abort" | "link" | "told">): void => {
          const isLinked = node.parent >= 0;
          nodes.push({ ...node, expectedTold: [], reason: undefined, isLinked, isSettled: false, endWork: undefined });
        };
        const addCaller = (): void => {
          const controller = new AbortController();
          const abort = (reason: unknown): void => controller.abort(reason);
          add({ signal: controller.signal, parent: -1, abort, link: undefined, told: [] });
        };
        addCaller();

        for (const { type, index } of commands) {
          const at = index % nodes.length;
          const node = nodes[at]!;
          if (type === "caller") addCaller();
          else if (type === "link") {
            const told: unknown[] = [];
            const own = link(node.signal, (reason) => told.push(reason));
            add({ signal: own.signal, parent: at, abort: (reason) => own.abort(reason), link: own, told });
            if (node.reason !== undefined) expectAbort(nodes.length - 1, node.reason);
          } else if (type === "abort") {
            const reason = `reason ${reasons++}`;
            expectAbort(at, reason);
            node.abort(reason);
          } else if (type === "end") {
            if (node.endWork) node.isLinked = false;
            node.endWork?.();
          } else if (node.link && !node.isSettled) {
            node.isSettled = true;
            const work = new AttemptWork();
            const result = {};
            if (type === "stream") node.endWork = work.hold();
            if (type === "succeed") results.push(result);
            if (type === "fail") node.isLinked = false;
            node.link.settle(work, type === "succeed" ? result : undefined);
          }
          for (const each of nodes) {
            expect(each.signal.aborted).toBe(each.reason !== undefined);
            expect(each.signal.reason).toBe(each.reason);
            expect(each.told).toEqual(each.expectedTold);
            expect(listenersOn(each.signal)).toBeLessThanOrEqual(each.link || each.reason !== undefined ? 0 : 1);
          }
          const idle = nodes.filter(
            ({ signal }, at) =>
              listenersOn(signal) > 0 && !nodes.some(({ parent, isLinked }) => parent === at && isLinked),
          );
          expect(idle.length).toBeLessThanOrEqual(1);
        }
        expect(results).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
});
