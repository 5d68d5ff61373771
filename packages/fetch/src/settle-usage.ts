/** Reports to the token buckets above it how many tokens an answer actually cost. */
import type { Call, Middleware } from "@evenkeel/core";
import { expectsAnswer } from "./expects-data.ts";
import { measureUsage } from "./measure-usage.ts";
import { rebuild } from "./rebuild.ts";
import type { FetchRequest } from "./request.ts";

/**
 * Returns a layer that settles the token buckets above it with the provider's own token count, for streams too. If an answer has no
 * count, or ends before it, what was reserved stays charged.
 * @example
 * const tokens = tokenBucket({ limit: 90_000, interval: 60_000 });
 * const fetch = resilientFetch({ rateLimit: compose(tokens, settleUsage()), cost: () => 4_000 });
 */
export function settleUsage(): Middleware {
  return async function settleUsage(call, next) {
    const result = await next(call);
    return result instanceof Response && isAnswer(call.input, result) ? measured(call, result) : result;
  };
}

/** Checks the input, because this is a layer for any operation, so that it can be composed with limiters. */
function isAnswer(input: unknown, { ok, body }: Response): boolean {
  const isRequest = typeof input === "object" && input !== null && "url" in input && "init" in input;
  // An answer that is merely read again was counted when it was generated.
  return ok && body !== null && isRequest && expectsAnswer(input as FetchRequest);
}

function measured<O extends Response>({ work }: Call, response: O): O {
  return rebuild(response, measureUsage(response.body!, work)) as O;
}
