/** Tells the token bucket above it what an answer has cost, once the provider has said so. */
import type { Call, Middleware } from "@evenkeel/core";
import { expectsAnswer } from "./expects-data.ts";
import { measureUsage } from "./measure-usage.ts";
import { rebuild } from "./rebuild.ts";
import type { FetchRequest } from "./request.ts";

/**
 * Settles the token buckets above it with the tokens that the provider has counted, of answers and of streams. An answer that tells of
 * none, or is over before it does, keeps what was reserved.
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

/** It is a layer for any operation, to compose with limiters; what is no answer to a request of a fetch passes. */
function isAnswer(input: unknown, { ok, body }: Response): boolean {
  const isRequest = typeof input === "object" && input !== null && "url" in input && "init" in input;
  // What is only read, such as the record of an answer, was counted when it was made.
  return ok && body !== null && isRequest && expectsAnswer(input as FetchRequest);
}

function measured<O extends Response>({ work }: Call, response: O): O {
  return rebuild(response, measureUsage(response.body!, work)) as O;
}
