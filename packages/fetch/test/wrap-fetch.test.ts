import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import type { ResilienceEvent } from "@evenkeel/core";
import { anthropicMiddleware, idempotencyKey, wrapFetch } from "@evenkeel/fetch";
import { constant, retry } from "@evenkeel/retry";
import { describe, expect, it } from "vitest";
import { chatUrl, json, post, whole, type Fetch } from "./answers.ts";

/** A fetch that fails as often as told, then answers. */
function failing(times: number): Fetch {
  let left = times;
  return async () => (left-- > 0 ? json({}, { status: 503 }) : json(whole));
}

describe("wrapFetch", () => {
  it("takes a fetch, or options that include one", async () => {
    for (const wrapped of [wrapFetch(failing(0)), wrapFetch({ fetch: failing(0) })]) {
      expect(await (await wrapped(chatUrl, post)).json()).toEqual(whole);
    }
  });

  it("emits the events of its layers to the listener in its options", async () => {
    const events: ResilienceEvent[] = [];
    const layer = retry({ backoff: constant(0) });
    const wrapped = wrapFetch({ fetch: failing(1), emit: (event) => events.push(event) }, layer);
    await (await wrapped(chatUrl, post)).json();
    expect(events.map(({ type }) => type)).toEqual(["attempt", "retry", "attempt"]);
    expect(events[1]).toMatchObject({ error: { message: "HTTP 503 (server)", retryAfter: undefined } });
  });

  it("keeps the state of its layers by the key of its options", async () => {
    const breaker = circuitBreaker({ trip: consecutive(1) });
    const wrapped = wrapFetch({ fetch: failing(1), key: (url) => new URL(url).pathname }, breaker);
    await wrapped(chatUrl, post);
    expect(breaker.state("/v1/chat/completions")).toBe("open");
    expect((await wrapped("https://api.openai.com/v1/models")).status).toBe(200);
  });

  it("leaves the decision to retry to the SDK above, since its layers may not include a retry", async () => {
    const headers = { "x-stainless-retry-count": "0" };
    const response = await wrapFetch(failing(1))(chatUrl, { ...post, headers });
    expect([response.status, response.headers.get("x-should-retry")]).toEqual([503, null]);
  });

  it.each([
    ["a fetch that is none", () => wrapFetch("fetch" as never), "Expected `fetch` to be a function"],
    [
      "a layer instead of a fetch",
      () => wrapFetch(retry() as never),
      "Expected `fetch` to be a fetch or options, got a layer",
    ],
    ["options that are none", () => anthropicMiddleware(5 as never), "Expected `options` to be an object, got 5"],
    ["null", () => wrapFetch(null as never), "Expected `fetch` to be a function"],
    ["an option out of range", () => wrapFetch({ peek: -1 }), "Expected `peek` to be an integer >= 0"],
    [
      "a clock that cannot wait",
      () => wrapFetch({ clock: Date as never }),
      "Expected `clock.after` to be a function, got undefined",
    ],
    ["a header that is none", () => idempotencyKey("a b"), 'Expected `header` to be a header name, got "a b"'],
    ["a layer that is none", () => wrapFetch(failing(0), {} as never), "to be a function"],
  ])("refuses %s", (_what, make, message) => {
    expect(make).toThrow(message);
  });
});
