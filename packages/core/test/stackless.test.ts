import { stackless } from "@evenkeel/core";
import { afterEach, describe, expect, it } from "vitest";

const limit = Error.stackTraceLimit;
afterEach(() => {
  Object.defineProperty(Error, "stackTraceLimit", { value: limit, writable: true });
});

describe("stackless", () => {
  it("makes an error that says everything but where it was made", () => {
    const error = stackless(() => new RangeError("refused"));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.stack).toBe("RangeError: refused");
  });

  it("gives the next error its stack back", () => {
    Error.stackTraceLimit = 3;
    stackless(() => new Error("refused"));
    expect(Error.stackTraceLimit).toBe(3);
    expect(new Error("told").stack).toMatch(/stackless\.test\.ts/);
  });

  it("gives it back also when the error cannot be made", () => {
    const failure = new Error("failure");
    const make = (): never => {
      throw failure;
    };
    expect(() => stackless(make)).toThrow(failure);
    expect(Error.stackTraceLimit).toBe(limit);
  });

  it("may stand within another", () => {
    const outer = stackless(() => {
      const inner = stackless(() => new Error("inner"));
      expect(inner.stack).toBe("Error: inner");
      return new Error("outer", { cause: inner });
    });
    expect(outer.stack).toBe("Error: outer");
    expect(Error.stackTraceLimit).toBe(limit);
  });

  it("makes the error with its stack where Error is frozen", () => {
    Object.defineProperty(Error, "stackTraceLimit", { writable: false });
    const error = stackless(() => new Error("refused"));
    expect(error.message).toBe("refused");
    expect(error.stack).toContain("stackless.test.ts");
  });

  it("makes it too where no limit is known", () => {
    Reflect.deleteProperty(Error, "stackTraceLimit");
    expect(stackless(() => new Error("refused")).message).toBe("refused");
    Object.defineProperty(Error, "stackTraceLimit", { value: limit, configurable: true, enumerable: true });
  });
});
