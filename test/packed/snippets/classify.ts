import { classify, isRetryable, parseRetryAfter } from "@evenkeel/classify";

/** Exported without an annotation: the declarations of a library must be able to name its type. */
export const made = classify(new Error("reset"));

export const expected = [true, false, "network", 2_000];

export async function snippet(): Promise<unknown> {
  const reset = Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNRESET" } });
  return [
    isRetryable(reset),
    isRetryable({ status: 401 }),
    classify(reset)?.kind,
    parseRetryAfter({ "Retry-After": "2" }),
  ];
}
