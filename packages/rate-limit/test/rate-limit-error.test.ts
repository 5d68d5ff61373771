import { ResilienceError } from "@evenkeel/core";
import { describe, expect, test } from "vitest";
import { RateLimitError, semaphore, type RateLimitReason } from "../src/index.ts";
import { play } from "./play.ts";

const reasons: [RateLimitReason, string][] = [
  ["queue-full", "its queue is full"],
  ["queue-timeout", "within the queue timeout"],
  ["deadline", "before its deadline"],
  ["paused", "its key is paused for longer than it can wait"],
  ["cost", "more than the bucket holds"],
];

describe("a refusal says what a catcher needs", () => {
  test.each(reasons)("%s", (reason, text) => {
    const error = new RateLimitError({ reason, limiter: "semaphore", key: "api.example.com", limit: 5 });
    expect(error).toMatchObject({
      name: "RateLimitError",
      code: "RATE_LIMITED",
      reason,
      limiter: "semaphore",
      key: "api.example.com",
      limit: 5,
      retryAfter: undefined,
    });
    expect(error.message).toContain('semaphore of 5 refused a call to "api.example.com"');
    expect(error.message).toContain(text);
  });

  test("a limiter without a limit, as a fetch has by default, is not said to have one", () => {
    const error = new RateLimitError({
      reason: "paused",
      limiter: "semaphore",
      key: "api.example.com",
      limit: Infinity,
    });
    expect(error.message).toMatch(/^The semaphore refused a call to "api.example.com": /);
  });

  test("it sends the call elsewhere, and blames nobody", () => {
    const refusal = { reason: "paused", limiter: "token-bucket", key: "default", limit: 5 } as const;
    const verdict = { action: "elsewhere", kind: "refused", processed: "no", health: "neutral" };
    expect(new RateLimitError(refusal).verdict).toEqual(verdict);
    expect(new RateLimitError({ ...refusal, retryAfter: 70 }).verdict).toEqual({ ...verdict, retryAfter: 70 });
  });

  test("another copy of the package knows it", () => {
    class Copy extends ResilienceError {
      static override readonly brand = "@evenkeel/rate-limit:RateLimitError";
      readonly code = "RATE_LIMITED";
      readonly verdict = { action: "elsewhere", kind: "refused", processed: "no", health: "neutral" } as const;
    }
    expect(new Copy()).toBeInstanceOf(RateLimitError);
    expect(new Error("other")).not.toBeInstanceOf(RateLimitError);
  });

  test("it costs no stack trace", async () => {
    const { call } = play((clock) => semaphore({ permits: 1, maxQueue: 0, clock }));
    await call();
    const { outcome } = await call();
    expect((outcome as Error).stack).not.toContain("\n");
  });
});
