import { describe, expect, test } from "vitest";
import { classify, classifyResponse, isRetryable } from "../src/index.ts";

describe("classifyResponse", () => {
  test("a spent quota is not retried, though its status is 429", () => {
    const body = JSON.stringify({
      error: {
        message: "You exceeded your current quota",
        type: "insufficient_quota",
        param: null,
        code: "insufficient_quota",
      },
    });
    expect(classifyResponse({ status: 429, headers: {}, body })).toEqual({
      action: "elsewhere",
      kind: "billing",
      processed: "no",
      health: "neutral",
    });
  });

  test.each([400, 401, 403, 404, 422])("%i alone is not retried", (status) => {
    expect(classifyResponse({ status, headers: {}, body: "{}" }).action).not.toBe("retry");
  });

  test.each([408, 409, 429, 500, 502, 503, 504, 529])("%i alone is retried", (status) => {
    expect(classifyResponse({ status, headers: {}, body: "{}" }).action).toBe("retry");
  });

  test("a success is accepted", () => {
    expect(classifyResponse({ status: 200, headers: {}, body: "{}" }).action).toBe("accept");
  });
});

describe("classify", () => {
  test("keeps the verdict that an error carries", () => {
    const verdict = { action: "elsewhere", kind: "refused", processed: "no", health: "neutral" } as const;
    expect(classify(Object.assign(new Error("open"), { verdict }))).toBe(verdict);
  });

  test("a cancelled call is not retried", () => {
    expect(isRetryable(new DOMException("This operation was aborted", "AbortError"))).toBe(false);
  });
});
