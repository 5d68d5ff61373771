import { judge, ResilienceError, startCall } from "@evenkeel/core";
import { describe, expect, it } from "vitest";
import { CircuitOpenError } from "../src/index.ts";
import { play } from "./play.ts";

describe("CircuitOpenError", () => {
  it("says what a catcher needs", async () => {
    const { breaker, send } = play();
    breaker.isolate();
    const error = (await send()) as CircuitOpenError;
    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(error).toBeInstanceOf(ResilienceError);
    expect(error).toMatchObject({ name: "CircuitOpenError", code: "CIRCUIT_OPEN", key: "default", state: "isolated" });
    expect(error.message).toBe('The circuit of "default" is isolated');
  });

  it("says that the call was not processed, counts for nobody, and may go elsewhere", () => {
    const verdict = judge(startCall("x"), new CircuitOpenError("k", "open", 700));
    expect(verdict).toEqual({
      action: "elsewhere",
      kind: "refused",
      processed: "no",
      health: "neutral",
      retryAfter: 700,
    });
  });

  it("is known by another copy of the package", () => {
    class Copy extends ResilienceError {
      static override readonly brand = "@evenkeel/circuit-breaker:CircuitOpenError";
      readonly code = "CIRCUIT_OPEN";
      readonly verdict = { action: "elsewhere", kind: "refused", processed: "no", health: "neutral" } as const;
    }
    expect(new Copy()).toBeInstanceOf(CircuitOpenError);
    expect(new Error("other")).not.toBeInstanceOf(CircuitOpenError);
  });

  it("is fresh each time, and has no stack", async () => {
    const { breaker, send } = play();
    breaker.isolate();
    const limit = Error.stackTraceLimit;
    const [first, second] = [(await send()) as Error, (await send()) as Error];
    expect(first).not.toBe(second);
    expect(first.stack).not.toContain("    at ");
    expect(Error.stackTraceLimit).toBe(limit);
  });
});
