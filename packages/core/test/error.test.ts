import { ResilienceError, type Verdict } from "@evenkeel/core";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";

const verdict: Verdict = { action: "stop", kind: "refused", processed: "no", health: "neutral" };

class SunkError extends ResilienceError {
  static override readonly brand: string = "@evenkeel/test:SunkError";
  override readonly name = "SunkError";
  readonly code = "SUNK";
  readonly verdict = verdict;
}

/** Another class of the toolkit: a sibling. */
class StrandedError extends ResilienceError {
  static override readonly brand: string = "@evenkeel/test:StrandedError";
  override readonly name = "StrandedError";
  readonly code = "STRANDED";
  readonly verdict = verdict;
}

/** A user's own, which knows nothing of brands. */
class TitanicError extends SunkError {}
class LusitaniaError extends SunkError {}

describe("an error of the toolkit", () => {
  it("is an error with a name, a code, a verdict, a cause and a stack", () => {
    const cause = new Error("iceberg");
    const error = new SunkError("Sunk", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "SunkError", code: "SUNK", message: "Sunk", cause, verdict });
    expect(String(error)).toBe("SunkError: Sunk");
    expect(error.stack).toContain("error.test.ts");
  });

  it("is an instance of its class and of those above, and of no other", () => {
    const error = new SunkError();
    expect(error instanceof SunkError).toBe(true);
    expect(error instanceof ResilienceError).toBe(true);
    expect(error instanceof StrandedError).toBe(false);
    expect(error instanceof TitanicError).toBe(false);
  });

  it("may be derived from: a class without a brand is checked natively", () => {
    const error = new TitanicError();
    expect(error instanceof TitanicError).toBe(true);
    expect(error instanceof SunkError).toBe(true);
    expect(error instanceof ResilienceError).toBe(true);
    expect(error instanceof LusitaniaError).toBe(false);
    expect(error instanceof StrandedError).toBe(false);
  });
});

describe("across two copies of a package", async () => {
  const path: string = "../src/error.ts?copy";
  const { ResilienceError: copy } = (await import(path)) as { ResilienceError: typeof ResilienceError };
  class SunkCopy extends copy {
    static override readonly brand: string = SunkError.brand;
    readonly code = "SUNK";
    readonly verdict = verdict;
  }
  class TitanicCopy extends SunkCopy {}

  it("there are two classes", () => {
    expect(copy).not.toBe(ResilienceError);
    expect(Object.getPrototypeOf(SunkCopy)).toBe(copy);
  });

  it("an error of one is an instance of the other's class", () => {
    for (const error of [new SunkCopy(), new TitanicCopy()]) {
      expect(error instanceof SunkError).toBe(true);
      expect(error instanceof ResilienceError).toBe(true);
      expect(error instanceof StrandedError).toBe(false);
    }
    expect(new SunkError() instanceof SunkCopy).toBe(true);
    expect(new SunkError() instanceof copy).toBe(true);
    expect(new TitanicError() instanceof TitanicCopy).toBe(false);
  });
});

describe("what is no error of the toolkit", () => {
  class Brandless extends Error {
    static readonly brand = undefined;
  }
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a string", "SunkError"],
    ["a number", 5],
    ["a symbol", Symbol("SunkError")],
    ["a function", () => {}],
    ["the class itself", SunkError],
    ["its prototype", SunkError.prototype],
    ["an error", new Error("other")],
    ["an error of another realm", runInNewContext(`new Error("other")`)],
    ["an object without a prototype", Object.create(null)],
    ["an object that only says it", { name: "SunkError", code: "SUNK", brand: SunkError.brand, verdict }],
    ["an object that claims the constructor", { constructor: SunkError }],
    ["a parsed response that claims the brand", JSON.parse(`{ "constructor": { "brand": "${SunkError.brand}" } }`)],
    ["an object of a class whose brand is nothing", new Brandless()],
    [
      "an object whose getter throws",
      Object.create({
        get constructor(): never {
          throw new Error("constructor");
        },
      }),
    ],
    ["a revoked proxy", revoked.proxy],
    [
      "a proxy that throws",
      new Proxy(
        {},
        {
          getPrototypeOf() {
            throw new Error("getPrototypeOf");
          },
        },
      ),
    ],
  ])("%s", (_, value) => {
    expect(value instanceof SunkError).toBe(false);
    expect(value instanceof TitanicError).toBe(false);
    expect(SunkError[Symbol.hasInstance](value)).toBe(false);
  });

  it("has a brand that all versions of the package agree on", () => {
    expect(ResilienceError.brand).toBe("@evenkeel/core:ResilienceError");
  });

  it("is told by code and brand alone: a proxy of an error is still one", () => {
    expect(new Proxy(new SunkError(), {}) instanceof SunkError).toBe(true);
    expect(Object.freeze(new SunkError()) instanceof SunkError).toBe(true);
  });
});
