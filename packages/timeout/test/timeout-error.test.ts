import { isTimeout, judge, ResilienceError, startCall } from "@evenkeel/core";
import { describe, expect, test } from "vitest";
import { TimeoutError } from "../src/index.ts";

describe("a TimeoutError", () => {
  test("says which limit has passed, and after what", () => {
    const lastError = new Error("reset");
    const error = new TimeoutError(5_000, "total", lastError);
    expect(error).toMatchObject({
      name: "TimeoutError",
      code: "TIMEOUT",
      message: "Timed out after 5000 ms (total)",
      label: "total",
      limit: 5_000,
      lastError,
    });
    expect(new TimeoutError(5_000)).toMatchObject({ label: "timeout", lastError: undefined });
    expect(error).not.toHaveProperty("cause");
    expect(error).toBeInstanceOf(ResilienceError);
    expect(error).toBeInstanceOf(Error);
  });

  test("says what it means: worth a retry, and a failure of the upstream, which may have done the work", () => {
    for (const label of ["timeout", "total", "attempt", "first-content", "gap", "my own"]) {
      const error = new TimeoutError(1, label);
      expect(judge(startCall("input"), error)).toEqual({
        action: "retry",
        kind: "timeout",
        processed: "maybe",
        health: "failure",
      });
      expect(isTimeout(error)).toBe(true);
    }
  });

  test("of a body that nobody read blames nobody, and is not worth a retry", () => {
    expect(judge(startCall("input"), new TimeoutError(1, "unread"))).toEqual({
      action: "stop",
      kind: "timeout",
      processed: "yes",
      health: "neutral",
    });
  });

  test("is an instance of another copy's class, and of a subclass only where it is one", async () => {
    const path = "../src/timeout-error.ts?copy";
    expect(TimeoutError.brand).toBe("@evenkeel/timeout:TimeoutError");
    const copy = (await import(path)) as { TimeoutError: typeof TimeoutError };
    expect(copy.TimeoutError).not.toBe(TimeoutError);
    expect(new TimeoutError(1)).toBeInstanceOf(copy.TimeoutError);
    expect(new copy.TimeoutError(1)).toBeInstanceOf(TimeoutError);
    expect(new DOMException("The operation timed out.", "TimeoutError")).not.toBeInstanceOf(TimeoutError);

    class OwnError extends TimeoutError {}
    expect(new OwnError(1)).toBeInstanceOf(TimeoutError);
    expect(new OwnError(1)).toBeInstanceOf(copy.TimeoutError);
    expect(new TimeoutError(1)).not.toBeInstanceOf(OwnError);
  });
});
