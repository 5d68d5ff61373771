import { judge, ResilienceError, type Call, type Classify, type Verdict, type VerdictInit } from "@evenkeel/core";
import { describe, expect, it } from "vitest";
import { isTimeout } from "../src/judge.ts";
import { startCall } from "../src/call.ts";

const full = (kind: Verdict["kind"]): Verdict =>
  Object.freeze({ action: "stop", kind, processed: "yes", health: "neutral", retryAfter: 5 });
const own = full("auth");
const adapters = full("quota");
const layers = full("billing");

const call = (classify?: Classify): Call => startCall(undefined, { classify });
const error = Object.assign(new Error("own"), { verdict: own });

describe("judge", () => {
  it("asks the layer's own classify first, then the error, then the adapter", () => {
    expect(
      judge(
        call(() => adapters),
        error,
        () => layers,
      ),
    ).toBe(layers);
    expect(
      judge(
        call(() => adapters),
        error,
        () => undefined,
      ),
    ).toBe(own);
    expect(
      judge(
        call(() => adapters),
        error,
      ),
    ).toBe(own);
    expect(
      judge(
        call(() => adapters),
        new Error("other"),
        () => undefined,
      ),
    ).toBe(adapters);
    expect(
      judge(
        call(() => undefined),
        new Error("other"),
      ),
    ).toEqual(judge(call(), new Error("other")));
  });

  it("gives the error itself to those that it asks, and asks no further than it must", () => {
    const asked: unknown[] = [];
    const ask = (verdict: Verdict | undefined) => (each: unknown) => {
      asked.push(each);
      return verdict;
    };
    const other = new Error("other");
    judge(call(ask(adapters)), other, ask(undefined));
    expect(asked).toEqual([other, other]);
    judge(call(ask(adapters)), other, ask(layers));
    judge(call(ask(adapters)), error);
    expect(asked).toHaveLength(3);
  });

  it.each([new Error("other"), undefined, null, 0, "", "failure", Symbol("failure"), {}, Object.create(null)])(
    "takes %o, which nobody knows, for a failure worth a retry",
    (unknown) => {
      expect(judge(call(), unknown)).toEqual({
        action: "retry",
        kind: "unknown",
        processed: "maybe",
        health: "failure",
      });
    },
  );

  it("returns a full verdict as it is", () => {
    expect(judge(call(), error)).toBe(own);
    const without: Verdict = { action: "retry", kind: "server", processed: "maybe", health: "failure" };
    expect(judge(call(), error, () => without)).toBe(without);
  });

  it.each<[VerdictInit, Verdict]>([
    [{ action: "accept" }, { action: "accept", kind: "unknown", processed: "maybe", health: "success" }],
    [{ action: "retry" }, { action: "retry", kind: "unknown", processed: "maybe", health: "failure" }],
    [{ action: "elsewhere" }, { action: "elsewhere", kind: "unknown", processed: "maybe", health: "neutral" }],
    [{ action: "change" }, { action: "change", kind: "unknown", processed: "maybe", health: "neutral" }],
    [{ action: "stop" }, { action: "stop", kind: "unknown", processed: "maybe", health: "neutral" }],
    [
      { action: "stop", kind: "auth", processed: "no" },
      { action: "stop", kind: "auth", processed: "no", health: "neutral" },
    ],
    [
      { action: "retry", kind: "server", health: "failure" },
      { action: "retry", kind: "server", processed: "maybe", health: "failure" },
    ],
    [
      { action: "accept", processed: "yes", health: "success" },
      { action: "accept", kind: "unknown", processed: "yes", health: "success" },
    ],
    [
      { action: "retry", health: "neutral", retryAfter: 5 },
      { action: "retry", kind: "unknown", processed: "maybe", health: "neutral", retryAfter: 5 },
    ],
    [
      { action: "stop", kind: undefined, processed: undefined, health: undefined },
      { action: "stop", kind: "unknown", processed: "maybe", health: "neutral" },
    ],
  ])("completes %o, from whomever it comes", (init, verdict) => {
    expect(judge(call(), error, () => init)).toEqual(verdict);
    expect(
      judge(
        call(() => init),
        new Error("other"),
      ),
    ).toEqual(verdict);
    expect(judge(call(), { verdict: init })).toEqual(verdict);
  });

  it("leaves what it completes alone, and keeps what an adapter adds", () => {
    const init = Object.freeze({ action: "stop", provider: "acme" } as const);
    expect(judge(call(), error, () => init)).toMatchObject({ action: "stop", kind: "unknown", provider: "acme" });
  });

  it("lets a classify that throws throw: it is a mistake in the program", () => {
    const mistake = new TypeError("mistake");
    const classify = (): never => {
      throw mistake;
    };
    expect(() => judge(call(), error, classify)).toThrow(mistake);
    expect(() => judge(call(classify), new Error("other"))).toThrow(mistake);
  });

  it.each<[unknown, string]>([
    [true, "undefined"],
    [Promise.resolve({ action: "retry" }), "undefined"],
    [{ kind: "server" }, "undefined"],
    [{ action: "again" }, '"again"'],
    [{ action: "constructor" }, '"constructor"'],
  ])("refuses %o from a classify, rather than take it for a reason to give up", (returned, shown) => {
    const classify = (): VerdictInit => returned as VerdictInit;
    const refusal = new TypeError(
      `Expected \`classify().action\` to be "accept" or "retry" or "elsewhere" or "change" or "stop", got ${shown}`,
    );
    expect(() => judge(call(), error, classify)).toThrow(refusal);
    expect(() => judge(call(classify), new Error("other"))).toThrow(refusal);
  });

  it.each([true, false, "", 0, "stop", {}, { action: "again" }])("ignores an error's own verdict of %o", (verdict) => {
    expect(
      judge(
        call(() => adapters),
        { verdict },
      ),
    ).toBe(adapters);
  });

  const throwing = (property: string): object =>
    Object.defineProperty({ action: "stop" }, property, {
      get() {
        throw new Error(property);
      },
    });
  const everyTrap = new Proxy(
    {},
    {
      get() {
        throw new Error("get");
      },
      has() {
        throw new Error("has");
      },
    },
  );

  it.each<[string, unknown]>([
    ["a verdict that throws", throwing("verdict")],
    ["a verdict whose action throws", { verdict: throwing("action") }],
    ["a verdict whose kind throws", { verdict: throwing("kind") }],
    ["a proxy that throws", everyTrap],
    ["a verdict that is a proxy that throws", { verdict: everyTrap }],
    ["a verdict of another trade", { verdict: { action: "block" } }],
    ["a verdict whose action is inherited by every object", { verdict: { action: "toString" } }],
    ["a verdict that is a string", { verdict: "guilty" }],
    ["a verdict that is null", { verdict: null }],
    ["a verdict whose action is a symbol", { verdict: { action: Symbol("stop") } }],
    ["a verdict whose action is an object", { verdict: { action: everyTrap } }],
  ])("does not take the word of an error with %s", (_, hostile) => {
    expect(judge(call(), hostile)).toEqual(judge(call(), undefined));
    expect(
      judge(
        call(() => adapters),
        hostile,
      ),
    ).toBe(adapters);
    expect(isTimeout(hostile)).toBe(false);
  });
});

describe("isTimeout", () => {
  class TimeoutError extends ResilienceError {
    readonly code = "TIMEOUT";
    readonly verdict: Verdict = { action: "retry", kind: "timeout", processed: "maybe", health: "failure" };
  }

  it("knows a time limit of ours", () => {
    expect(isTimeout(new TimeoutError("too late"))).toBe(true);
  });

  it.each<[string, unknown]>([
    ["the platform's", new DOMException("too late", "TimeoutError")],
    ["a provider's", Object.assign(new Error("504"), { code: "ETIMEDOUT", verdict: { ...own, kind: "timeout" } })],
    ["one that only bears the code", Object.assign(new Error("late"), { code: "TIMEOUT" })],
    ["another verdict with the code", Object.assign(new Error("late"), { code: "TIMEOUT", verdict: own })],
    ["a cancellation", new DOMException("left", "AbortError")],
    ["nothing", undefined],
    [
      "one whose code throws",
      {
        verdict: { action: "retry", kind: "timeout" },
        get code(): never {
          throw new Error("code");
        },
      },
    ],
  ])("does not take %s for one", (_, reason) => {
    expect(isTimeout(reason)).toBe(false);
  });
});
