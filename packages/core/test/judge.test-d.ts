import {
  judge,
  ResilienceError,
  type Call,
  type Classify,
  type Kind,
  type Verdict,
  type VerdictInit,
} from "@evenkeel/core";
import { describe, expectTypeOf, it } from "vitest";

describe("a verdict", () => {
  it("is written with as little as an action", () => {
    expectTypeOf<{ action: "stop" }>().toExtend<VerdictInit>();
    expectTypeOf<Verdict>().toExtend<VerdictInit>();
    expectTypeOf<{ kind: "auth" }>().not.toExtend<VerdictInit>();
    expectTypeOf<{ action: "give up" }>().not.toExtend<VerdictInit>();
  });

  it("is read in full", () => {
    expectTypeOf(judge).returns.toEqualTypeOf<Verdict>();
    expectTypeOf<Verdict["kind"]>().toEqualTypeOf<Kind>();
    expectTypeOf<Verdict["retryAfter"]>().toEqualTypeOf<number | undefined>();
  });
});

describe("classify", () => {
  it("may judge some errors and leave the others", () => {
    const classify: Classify = (error) => (error instanceof TypeError ? { action: "stop" } : undefined);
    expectTypeOf<Call["classify"]>().toEqualTypeOf<Classify | undefined>();
    expectTypeOf(classify).returns.toEqualTypeOf<VerdictInit | undefined>();
  });
});

describe("an error class", () => {
  it("says its code and its verdict", () => {
    // @ts-expect-error It says neither.
    class SilentError extends ResilienceError {}
    expectTypeOf<SilentError>().toExtend<ResilienceError>();
  });

  it("cannot be the base itself", () => {
    // @ts-expect-error It is abstract.
    const made = (): unknown => new ResilienceError("none");
    expectTypeOf(made).returns.toBeUnknown();
  });
});
