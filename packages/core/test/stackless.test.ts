import { stackless } from "@evenkeel/core";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";

const limit = Error.stackTraceLimit;
afterEach(() => {
  Error.stackTraceLimit = limit;
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
    const make = `(${stackless.toString()})(() => new Error("refused"))`;
    const error = runInNewContext(`"use strict"; Object.freeze(Error); ${make}`) as Error;
    expect(error.message).toBe("refused");
    expect(error.stack).toMatch(/\n\s+at /);
  });

  it("makes it too where no limit is known", () => {
    const make = `(${stackless.toString()})(() => new Error("refused")).message`;
    expect(runInNewContext(`"use strict"; delete Error.stackTraceLimit; ${make}`)).toBe("refused");
  });
});
