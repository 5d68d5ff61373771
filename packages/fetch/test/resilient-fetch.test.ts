import { getEventListeners } from "node:events";
import Anthropic, { RateLimitError as AnthropicRateLimitError } from "@anthropic-ai/sdk";
import { circuitBreaker, CircuitOpenError, consecutive, type CircuitBreakerOptions } from "@evenkeel/circuit-breaker";
import { classify, groq } from "@evenkeel/classify";
import { resilientFetch, wrapFetch, type ResilientFetchOptions } from "@evenkeel/fetch";
import { resilientFetch as genericFetch } from "@evenkeel/fetch/generic";
import { RateLimitError, semaphore } from "@evenkeel/rate-limit";
import { sleep, type Clock, type ResilienceEvent } from "@evenkeel/core";
import { constant, replayCap, retry, retryBudget, type RetryBudget } from "@evenkeel/retry";
import { fakeClock, type FakeClock } from "@evenkeel/testkit";
import { timeout } from "@evenkeel/timeout";
import OpenAI, { InternalServerError, RateLimitError as OpenAIRateLimitError } from "openai";
import { afterEach, describe, expect, it, vi } from "vitest";
import { chatUrl, feed, json, post, whole, type Fetch } from "./answers.ts";

const limits = { connect: 1_000, firstContent: 10_000, gap: 10_000, total: 60_000 };
const atOnce = (): ReturnType<typeof retry> => retry({ backoff: constant(0) });

const openaiError = (status: number, code: string, headers: HeadersInit = {}): (() => Response) => {
  return () => json({ error: { message: "Failed", type: code, code } }, { status, headers });
};

/** A fetch that gives these answers in turn, the last one for ever. */
function answering(...answers: (() => Response | Promise<Response>)[]): ReturnType<typeof vi.fn<Fetch>> {
  let index = 0;
  return vi.fn<Fetch>(async () => answers[Math.min(index++, answers.length - 1)]!());
}

/** Time in which every wait is over at once. */
function instantClock(): Clock {
  return { now: () => 0, after: (ms, fn) => (ms < 10_000 && queueMicrotask(fn), () => {}) };
}

const networkError = (code: string, syscall = "connect"): Error =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(`${syscall} ${code}`), { code, syscall }) });

describe("resilientFetch retries", () => {
  it.each<[string, () => Response]>([
    ["408", openaiError(408, "timeout")],
    ["409", openaiError(409, "conflict")],
    ["429", openaiError(429, "rate_limit_exceeded")],
    ["500", openaiError(500, "server_error")],
    [
      "502 with a web page",
      () => new Response("<html>Bad Gateway</html>", { status: 502, headers: { "content-type": "text/html" } }),
    ],
    ["503", openaiError(503, "server_is_overloaded")],
    ["504", () => new Response(null, { status: 504 })],
    ["529", () => json({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, { status: 529 })],
    [
      "a connection refused",
      () => {
        throw networkError("ECONNREFUSED");
      },
    ],
    [
      "a connection reset",
      () => {
        throw networkError("ECONNRESET", "read");
      },
    ],
    [
      "a connection that timed out",
      () => {
        throw networkError("UND_ERR_CONNECT_TIMEOUT");
      },
    ],
    ["a 400 of which the server says x-should-retry", openaiError(400, "odd", { "x-should-retry": "true" })],
  ])("%s", async (_what, fail) => {
    const fetch = answering(fail, () => json(whole));
    const response = await resilientFetch({ fetch, retry: atOnce() })(chatUrl, post);
    expect(await response.json()).toEqual(whole);
    expect(fetch).toHaveBeenCalledTimes(2);
  });
});

describe("resilientFetch does not retry", () => {
  it.each<[string, () => Response]>([
    ["429 insufficient_quota", openaiError(429, "insufficient_quota")],
    ["400", openaiError(400, "invalid_request_error")],
    ["401", openaiError(401, "invalid_api_key")],
    ["404", openaiError(404, "model_not_found")],
    ["a content filter", openaiError(400, "content_filter")],
    ["a context that is too long", openaiError(400, "context_length_exceeded")],
    ["a 500 of which the server says so", openaiError(500, "server_error", { "x-should-retry": "false" })],
  ])("%s, and hands the response back as it was", async (_what, fail) => {
    const fetch = answering(fail);
    const response = await resilientFetch({ fetch, retry: atOnce() })(chatUrl, post);
    const original = fail();
    expect(response.status).toBe(original.status);
    expect(await response.text()).toBe(await original.text());
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it.each<[string, Error]>([
    [
      "a certificate that is not trusted",
      new TypeError("fetch failed", {
        cause: Object.assign(new Error("self-signed certificate"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }),
      }),
    ],
    [
      "an invalid URL",
      new TypeError("Failed to parse URL", {
        cause: Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" }),
      }),
    ],
  ])("%s, and throws the error itself", async (_what, error) => {
    const fetch = answering(() => {
      throw error;
    });
    await expect(resilientFetch({ fetch, retry: atOnce() })(chatUrl, post)).rejects.toBe(error);
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});

describe("server hints", () => {
  async function waitsFor(headers: HeadersInit, options: ResilientFetchOptions = {}): Promise<number | string> {
    const clock = fakeClock(Date.parse("2026-11-21T12:00:00Z"));
    const fetch = answering(openaiError(429, "rate_limit_exceeded", headers), () => json(whole));
    const random = (): number => 0;
    const asked = resilientFetch({ fetch, clock, random, profile: limits, ...options })(chatUrl, post);
    const start = clock.now();
    for (let turn = 0; turn < 10 && fetch.mock.calls.length < 2; turn++) if (!(await clock.next())) break;
    const { status } = await asked;
    return fetch.mock.calls.length === 2 ? clock.now() - start : `HTTP ${status} at once`;
  }

  it.each([
    [{ "retry-after": "7" }, 7_000],
    [{ "retry-after": "Sat, 21 Nov 2026 12:00:09 GMT" }, 9_000],
    [{ "retry-after": "Saturday, 21-Nov-26 12:00:09 GMT" }, 9_000],
    [{ "retry-after": "Sat Nov 21 12:00:09 2026" }, 9_000],
    [{ "retry-after-ms": "2500", "retry-after": "9" }, 2_500],
    [{ "retry-after": "120" }, "HTTP 429 at once"], // above maxRetryAfter
    [{ "retry-after": "soon" }, 0], // no hint: random is 0, and so is full jitter
  ])("of %j are a floor for the wait", async (headers, waited) => {
    expect(await waitsFor(headers)).toBe(waited);
  });

  it("beyond the deadline end the call at once with the real failure", async () => {
    expect(await waitsFor({ "retry-after": "30" }, { profile: { ...limits, total: 20_000 } })).toBe("HTTP 429 at once");
  });

  it("of one 429 pause all callers of its key, and of no other key", async () => {
    const clock = fakeClock();
    const sent: [url: string, at: number][] = [];
    const fetch: Fetch = async (input) => {
      sent.push([input as string, clock.now()]);
      return sent.length === 1 ? openaiError(429, "rate_limit_exceeded", { "retry-after": "5" })() : json(whole);
    };
    const resilient = resilientFetch({ fetch, clock, profile: limits, random: () => 0 });
    const first = resilient("https://one.example/v1/chat", post);
    await clock.advance(0);
    const second = resilient("https://one.example/v1/chat", post);
    const other = resilient("https://two.example/v1/chat", post);
    await clock.advance(4_999);
    expect(sent.map(([url, at]) => [new URL(url).host, at])).toEqual([
      ["one.example", 0],
      ["two.example", 0],
    ]);
    await clock.advance(5_000);
    await Promise.all([first, second, other]);
    expect(sent.slice(2).every(([, at]) => at >= 5_000)).toBe(true);
    expect(sent).toHaveLength(4);
  });
});

describe("when retries end", () => {
  it("the last real response is handed back, its headers intact", async () => {
    const fetch = answering(
      openaiError(503, "server_error", { "x-request-id": "req_1", "x-ratelimit-remaining-requests": "3" }),
    );
    const response = await resilientFetch({ fetch, retry: atOnce() })(chatUrl, post);
    expect([...response.headers]).toEqual(
      expect.arrayContaining([
        ["x-request-id", "req_1"],
        ["x-ratelimit-remaining-requests", "3"],
      ]),
    );
    expect(await response.json()).toEqual({ error: { message: "Failed", type: "server_error", code: "server_error" } });
    expect(fetch).toHaveBeenCalledTimes(4);
  });

  it("the last network error itself is thrown", async () => {
    const errors = [1, 2, 3, 4].map(() => networkError("ECONNREFUSED"));
    let index = 0;
    const fetch = answering(() => {
      throw errors[index++]!;
    });
    await expect(resilientFetch({ fetch, retry: atOnce() })(chatUrl, post)).rejects.toBe(errors[3]);
  });

  it("openai raises its own typed error, and does not multiply our retries by its own", async () => {
    const fetch = answering(openaiError(503, "server_is_overloaded"));
    const client = new OpenAI({ apiKey: "none", fetch: resilientFetch({ fetch, retry: atOnce() }) });
    const asked = client.chat.completions.create({ model: "mock", messages: [] });
    await expect(asked).rejects.toBeInstanceOf(InternalServerError);
    expect(fetch).toHaveBeenCalledTimes(4);
  });

  it("openai does not multiply them even if the provider tells it to retry", async () => {
    const fetch = answering(openaiError(503, "server_error", { "x-should-retry": "true" }));
    const client = new OpenAI({ apiKey: "none", fetch: resilientFetch({ fetch, retry: atOnce() }) });
    const asked = client.chat.completions.create({ model: "mock", messages: [] });
    await expect(asked).rejects.toBeInstanceOf(InternalServerError);
    expect(fetch).toHaveBeenCalledTimes(4);
  });

  it("Anthropic's SDK raises its own typed error, too", async () => {
    const fetch = answering(() =>
      json({ type: "error", error: { type: "rate_limit_error", message: "Slow down" } }, { status: 429 }),
    );
    const client = new Anthropic({ apiKey: "none", fetch: resilientFetch({ fetch, retry: atOnce() }) });
    const asked = client.messages.create({ model: "mock", max_tokens: 1, messages: [] });
    await expect(asked).rejects.toBeInstanceOf(AnthropicRateLimitError);
    expect(fetch).toHaveBeenCalledTimes(4);
  });

  it("an error in the body of a 200 becomes the response that it should have been", async () => {
    const fetch = answering(() => json({ error: { message: "Overloaded", code: "server_is_overloaded" } }));
    const response = await resilientFetch({ fetch, retry: atOnce() })(chatUrl, post);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ error: { message: "Overloaded", code: "server_is_overloaded" } });
  });
});

describe("a refusal of ours", () => {
  const open = (): ResilientFetchOptions => {
    const breaker = circuitBreaker({ trip: consecutive(1) });
    breaker.isolate("https://api.openai.com");
    return { breaker, fetch: answering(() => json(whole)) };
  };

  it("reaches plain fetch as a typed error", async () => {
    const options = open();
    await expect(resilientFetch(options)(chatUrl, post)).rejects.toBeInstanceOf(CircuitOpenError);
    expect(options.fetch).not.toHaveBeenCalled();
  });

  it("makes an SDK call exactly once, and raise its own typed error", async () => {
    const calls = vi.fn<Fetch>(resilientFetch(open()));
    const client = new OpenAI({ apiKey: "none", fetch: calls });
    const error: unknown = await client.chat.completions
      .create({ model: "mock", messages: [] })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 503, code: "circuit_open" });
    expect(calls).toHaveBeenCalledTimes(1);
  });

  it("is recognised by classify in an SDK's error, too: not the upstream's fault, and nothing was sent", async () => {
    const refused = { action: "elsewhere", kind: "refused", processed: "no", health: "neutral" };
    const busy = semaphore({ permits: 1, maxQueue: 0 });
    void busy.run(() => new Promise(() => {}), { key: "https://api.openai.com" });
    for (const options of [open(), { ...open(), breaker: circuitBreaker(), rateLimit: busy }]) {
      const client = new OpenAI({ apiKey: "none", fetch: resilientFetch(options) });
      const error: unknown = await client.models.list().catch((reason: unknown) => reason);
      expect(classify(error)).toMatchObject(refused);
    }
  });

  it("can be forced to be thrown, or to be a response", async () => {
    await expect(
      resilientFetch({ ...open(), refusals: "throw" })(chatUrl, {
        ...post,
        headers: { "x-stainless-retry-count": "0" },
      }),
    ).rejects.toBeInstanceOf(CircuitOpenError);
    const response = await resilientFetch({ ...open(), refusals: "respond" })(chatUrl, post);
    expect(response.status).toBe(503);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(response.headers.get("retry-after")).toBeNull(); // nobody knows when it will be let in
  });

  it("says in a response what it is, and when to retry", async () => {
    const clock = fakeClock();
    const breaker = circuitBreaker({ trip: consecutive(1), openFor: 1_500, clock, random: () => 0 });
    const fetch = answering(() => new Response(null, { status: 500 }));
    const resilient = resilientFetch({ fetch, breaker, clock, retry: retry({ retries: 0 }), refusals: "respond" });
    await resilient(chatUrl, post);
    const response = await resilient(chatUrl, post);
    expect(Object.fromEntries(response.headers)).toEqual({
      "content-type": "application/json",
      "retry-after": "2",
      "retry-after-ms": "1500",
      "x-should-retry": "false",
    });
    const error = { type: "evenkeel_refusal", code: "circuit_open", message: expect.stringContaining("circuit") };
    expect(await response.json()).toEqual({ type: "error", error });
  });

  it("differs from a failure without a response, which is thrown as it is, to an SDK too", async () => {
    const headers = { "x-stainless-retry-count": "0" };
    const failure = networkError("ECONNREFUSED");
    const broken = wrapFetch(() => Promise.reject(failure));
    await expect(broken(chatUrl, { ...post, headers })).rejects.toBe(failure);
    const silent = wrapFetch(
      { fetch: () => new Promise(() => {}), clock: instantClock() },
      timeout(1_000, { clock: instantClock() }),
    );
    await expect(silent(chatUrl, { ...post, headers })).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("of the limiter is a 429 with a hint for an SDK, and a RateLimitError for plain fetch", async () => {
    const clock = fakeClock();
    const rateLimit = semaphore({ permits: 1, maxQueue: 0, clock });
    const fetch: Fetch = () => new Promise(() => {});
    const resilient = resilientFetch({ fetch, clock, rateLimit, profile: limits });
    void resilient(chatUrl, post).catch(() => {});
    await clock.advance(0);
    await expect(resilient(chatUrl, post)).rejects.toBeInstanceOf(RateLimitError);
    const client = new OpenAI({ apiKey: "none", fetch: resilient });
    await expect(client.chat.completions.create({ model: "mock", messages: [] })).rejects.toBeInstanceOf(
      OpenAIRateLimitError,
    );
  });

  it("that ends a call gives way to the real failure before it", async () => {
    const breaker = circuitBreaker({ trip: consecutive(1) });
    const fetch = answering(openaiError(500, "server_error"));
    const response = await resilientFetch({ fetch, breaker, retry: atOnce() })(chatUrl, post);
    expect(response.status).toBe(500);
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});

it("closes its circuit also where every answer takes longer than the lease of a probe", async () => {
  const clock = fakeClock();
  async function fetch(): Promise<Response> {
    if (clock.now() < 60_000) return openaiError(500, "server_error")();
    await sleep(clock, 90_000, new AbortController().signal);
    return json(whole);
  }
  const resilient = resilientFetch({ fetch, clock });
  const outcomes: unknown[] = [];
  for (let second = 0; second < 600; second++) {
    resilient(chatUrl, post).then(
      ({ status }) => (outcomes[second] = status),
      ({ name }: Error) => (outcomes[second] = name),
    );
    await clock.advance(1_000);
  }
  await clock.advance(90_000);
  expect(outcomes).toContain("CircuitOpenError");
  expect(new Set(outcomes.slice(300))).toEqual(new Set([200]));
});

describe("an outage, where calls wait for an open circuit", () => {
  const overloaded = openaiError(503, "server_is_overloaded");

  interface Outage extends CircuitBreakerOptions {
    readonly budget?: RetryBudget;
    readonly calls?: number;
    readonly permits?: number;
    /** How a request fails. */
    readonly failure?: (clock: FakeClock) => Response | Promise<Response>;
  }

  /** A provider that is down for a minute, and twenty calls to it by a few at a time, for at most `total` ms each. */
  function twentyCalls(
    total: number,
    whenOpen?: "wait",
    { budget, calls = 20, permits = 5, failure = overloaded, ...more }: Outage = {},
  ) {
    const clock = fakeClock();
    const rateLimit = semaphore({ permits, clock });
    const isUp = (): boolean => clock.now() >= 60_000;
    const fetch = vi.fn<Fetch>(async () => (isUp() ? json(whole) : failure(clock)));
    const breaker = circuitBreaker({ trip: consecutive(5), factor: 2, clock, random: () => 0, ...more });
    const resilient = resilientFetch({
      fetch,
      clock,
      breaker,
      budget,
      rateLimit,
      whenOpen,
      profile: { ...limits, total },
    });
    const statusOf = (): Promise<number | string> =>
      resilient(chatUrl, post).then(
        ({ status }) => status,
        ({ name }: Error) => name,
      );
    return { clock, fetch, rateLimit, statuses: Promise.all(Array.from({ length: calls }, statusOf)) };
  }

  it("fails none of them, and sends a probe at a time until one succeeds", async () => {
    const { clock, fetch, rateLimit, statuses } = twentyCalls(600_000, "wait");
    await clock.advance(59_999);
    expect(fetch.mock.calls.length).toBeLessThanOrEqual(5 + 4); // five opened the circuit, which is probed after 2, 6, 14 and 30 s
    await clock.advance(60_000);
    expect(new Set(await statuses)).toEqual(new Set([200]));
    expect([rateLimit.active("https://api.openai.com"), clock.pending]).toEqual([0, 0]);
  });

  it.each(["refuse", "wait"] as const)("charges retries below a closed circuit to the budget: %s", async (whenOpen) => {
    const clock = fakeClock();
    const budget = retryBudget({ reserve: 1, deposit: 0.5 });
    const fetch = vi.fn<Fetch>(async () => overloaded());
    const rateLimit = semaphore({ permits: 5, clock });
    const resilient = resilientFetch({ fetch, clock, budget, rateLimit, whenOpen, key: () => "key", profile: limits });
    const failed = resilient(chatUrl, post);
    await clock.advance(30_000);
    expect([(await failed).status, fetch.mock.calls.length, budget.balance("key")]).toEqual([503, 2, 0]);
    fetch.mockImplementation(async () => json(whole));
    await resilient(chatUrl, post);
    expect(budget.balance("key")).toBe(0.5);
  });

  it("charges no probe to the budget, and fails no call for having been one", async () => {
    const budget = retryBudget({ reserve: 5, deposit: 0 });
    const { clock, fetch, statuses } = twentyCalls(600_000, "wait", { budget, openFor: 1_000, factor: 1 });
    await clock.advance(300_000);
    expect(new Set(await statuses)).toEqual(new Set([200]));
    expect(fetch.mock.calls.length).toBeGreaterThan(20 + 40);
  });

  it.each<[string, Outage]>([
    [
      "throttled as a probe, which leaves the circuit half-open",
      { failure: ({ now }) => (now() < 10_000 ? overloaded() : openaiError(429, "rate_limit_exceeded")()) },
    ],
    [
      "sent before the circuit opened, and failed when a probe was due",
      { openFor: 2_200, failure: (clock) => sleep(clock, 2_500, new AbortController().signal).then(overloaded) },
    ],
    ["asked to wait for long", { failure: openaiError(503, "server_is_overloaded", { "retry-after": "120" }) }],
  ])("fails no call for being %s", async (_what, outage) => {
    const budget = retryBudget({ reserve: 5, deposit: 0 });
    const { clock, statuses } = twentyCalls(600_000, "wait", { budget, ...outage });
    await clock.advance(600_000);
    expect(new Set(await statuses)).toEqual(new Set([200]));
  });

  it("holds back as many calls as the limiter admits", async () => {
    const { clock, statuses } = twentyCalls(600_000, "wait", { calls: 1_500, permits: 1_500 });
    await clock.advance(300_000);
    expect(new Set(await statuses)).toEqual(new Set([200]));
  });

  it.each([
    ["one by one, with the permits to spare", { permits: 10, batch: 1, interval: 1_000, total: 60_000 }],
    ["in batches that take all permits", { permits: 5, batch: 5, interval: 6_000, total: 15_000 }],
  ])(
    "that lasts longer than they wait ends for calls that come %s",
    async (_how, { permits, batch, interval, total }) => {
      const clock = fakeClock();
      const breaker = circuitBreaker({ trip: consecutive(5), openFor: 4_000, clock });
      async function fetch(_url: unknown, init?: RequestInit): Promise<Response> {
        if (clock.now() < 100_000) return overloaded();
        await sleep(clock, 5_000, init!.signal!);
        return json(whole);
      }
      const rateLimit = semaphore({ permits, clock });
      const resilient = resilientFetch({
        fetch,
        clock,
        breaker,
        rateLimit,
        whenOpen: "wait",
        profile: { ...limits, total },
      });
      const late: Promise<unknown>[] = [];
      while (clock.now() < 300_000) {
        for (let i = 0; i < batch; i++) {
          const outcome = resilient(chatUrl, post).then(
            ({ status }) => status,
            ({ name }: Error) => name,
          );
          if (clock.now() >= 120_000) late.push(outcome);
        }
        await clock.advance(interval);
      }
      await clock.advance(total);
      expect(new Set(await Promise.all(late))).toEqual(new Set([200]));
      expect([rateLimit.active("https://api.openai.com"), clock.pending]).toEqual([0, 0]);
    },
  );

  it("ends their waits with their total limit", async () => {
    const { clock, rateLimit, statuses } = twentyCalls(30_000, "wait");
    await clock.advance(30_000);
    for (const status of await statuses) expect([503, "RateLimitError", "TimeoutError"]).toContain(status);
    expect([rateLimit.active("https://api.openai.com"), clock.pending]).toEqual([0, 0]);
  });

  it("refuses them where they do not wait", async () => {
    const { clock, fetch, statuses } = twentyCalls(600_000);
    await clock.advance(10_000);
    expect(await statuses).toContain("CircuitOpenError");
    expect(fetch.mock.calls.length).toBeLessThan(20);
  });
});

describe("a hang", () => {
  it("that the total limit ends opens the circuit, and the limit's error carries the last real one", async () => {
    const clock = fakeClock();
    const breaker = circuitBreaker({ trip: consecutive(2), clock, countPer: "attempt" });
    const fetch = answering(openaiError(500, "server_error"), () => new Promise<Response>(() => {}));
    const resilient = resilientFetch({
      fetch,
      clock,
      breaker,
      profile: { ...limits, firstContent: 60_000, total: 30_000 },
    });
    const asked = resilient(chatUrl, post).catch((error: unknown) => error);
    await clock.advance(30_000);
    expect(await asked).toMatchObject({
      name: "TimeoutError",
      label: "total",
      lastError: { name: "HttpError", status: 500 },
    });
    expect(breaker.state("https://api.openai.com")).toBe("open");
  });

  it("that the caller ends is not a failure of the provider", async () => {
    const clock = fakeClock();
    const breaker = circuitBreaker({ trip: consecutive(1), clock });
    const caller = new AbortController();
    const fetch = answering(() => new Promise<Response>(() => {}));
    const asked = resilientFetch({ fetch, clock, breaker, profile: limits })(chatUrl, {
      ...post,
      signal: caller.signal,
    });
    await clock.advance(100);
    const reason = new Error("left");
    caller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    expect(breaker.state("https://api.openai.com")).toBe("closed");
    expect(clock.pending).toBe(0);
  });
});

describe("the limits of an attempt", () => {
  const hang: Fetch = () => new Promise(() => {});

  it("can be raised for later attempts", async () => {
    const clock = fakeClock();
    const sent: number[] = [];
    const fetch: Fetch = (...request) => (sent.push(clock.now()), hang(...request));
    const attemptLimit = (limit: number, attempt: number): number => limit * attempt;
    const profile = { ...limits, firstContent: 1_000 };
    const asked = resilientFetch({
      fetch,
      clock,
      profile,
      attemptLimit,
      retry: retry({ retries: 2, backoff: constant(0), clock }),
    })(chatUrl, post);
    const failure = asked.catch((error: unknown) => error);
    await clock.advance(6_000);
    expect(await failure).toMatchObject({ name: "TimeoutError", label: "first-content", limit: 3_000 });
    expect(sent).toEqual([0, 1_000, 3_000]);
  });

  it("are refused with the name of the option that returned an invalid one", async () => {
    const attemptLimit = (limit: number, attempt: number): number => (attempt === 1 ? Number.NaN : limit);
    const asked = resilientFetch({ fetch: hang, attemptLimit })(chatUrl, post);
    await expect(asked).rejects.toThrow("Expected `attemptLimit()` to be a number >= 0, got NaN");
  });

  it("cancel the answer of a fetch that ignored its signal and came too late", async () => {
    const clock = fakeClock();
    const late = feed();
    let answer!: (response: Response) => void;
    const deaf: Fetch = () => new Promise((resolve) => (answer = resolve));
    const profile = { ...limits, headers: 500 };
    const asked = resilientFetch({ fetch: deaf, clock, profile, retry: retry({ retries: 0 }) })(chatUrl, post);
    const failed = asked.catch((error: unknown) => error);
    await clock.advance(500);
    answer(late.response);
    expect(await late.cancelled).toBe(await failed);
    expect(await failed).toMatchObject({ label: "headers" });
  });

  it("tell missing headers from missing content", async () => {
    const clock = fakeClock();
    const profile = { ...limits, headers: 500, firstContent: 1_000 };
    const once = { clock, profile, retry: retry({ retries: 0 }) };
    const withoutHeaders = resilientFetch({ ...once, fetch: hang })(chatUrl, post).catch((error: unknown) => error);
    const silent: Fetch = async () =>
      new Response(new ReadableStream(), { headers: { "content-type": "text/event-stream" } });
    const withoutContent = resilientFetch({ ...once, fetch: silent })(chatUrl, post).catch((error: unknown) => error);
    await clock.advance(1_000);
    expect(await withoutHeaders).toMatchObject({ label: "headers", limit: 500 });
    expect(await withoutContent).toMatchObject({ label: "first-content", limit: 1_000 });
    expect(clock.pending).toBe(0);
  });
});

describe("the provider", () => {
  const noSample = (): Response =>
    json({ error: { message: "Failed to call a function.", code: "tool_use_failed" } }, { status: 400 });

  it.each([
    ["resilientFetch", resilientFetch],
    ["that without tables", genericFetch],
    ["wrapFetch", (options: ResilientFetchOptions) => wrapFetch(options, atOnce())],
  ])("can be given if the host does not identify it: %s", async (_what, make) => {
    const said = answering(noSample, () => json(whole));
    await make({ fetch: said, provider: groq, retry: atOnce() })("https://gateway.example/v1", post);
    expect(said).toHaveBeenCalledTimes(2);

    const unsaid = answering(noSample, () => json(whole));
    await make({ fetch: unsaid, retry: atOnce() })("https://gateway.example/v1", post);
    expect(unsaid).toHaveBeenCalledTimes(1);
  });
});

describe("double payment", () => {
  it.each<[string, () => Response, number]>([
    [
      "a connection refused, which cost nothing, is sent again",
      () => {
        throw networkError("ECONNREFUSED");
      },
      4,
    ],
    [
      "a connection reset, which may have been paid, is not",
      () => {
        throw networkError("ECONNRESET", "read");
      },
      1,
    ],
  ])("can be ruled out: %s", async (_what, fail, requests) => {
    const fetch = answering(fail);
    await resilientFetch({ fetch, replay: "unprocessed", clock: instantClock() })(chatUrl, post).catch(() => {});
    expect(fetch).toHaveBeenCalledTimes(requests);
  });

  it("can be capped per call", async () => {
    const fetch = answering(() => {
      throw networkError("ECONNRESET", "read");
    });
    await resilientFetch({ fetch, replay: replayCap({ perCall: 1 }), clock: instantClock() })(chatUrl, post).catch(
      () => {},
    );
    expect(fetch).toHaveBeenCalledTimes(2);
  });
});

describe("an SDK's own time limit", () => {
  it.each([
    ["2", "ends the retries where the wait would reach it", 1],
    ["20", "leaves time for a wait that ends before it", 2],
  ])("of %s s %s", async (seconds, _what, requests) => {
    const fetch = answering(openaiError(429, "rate_limit_exceeded", { "retry-after": "5" }), () => json(whole));
    const clock = fakeClock();
    const answer = resilientFetch({ fetch, clock })(chatUrl, { ...post, headers: { "x-stainless-timeout": seconds } });
    await clock.advance(10_000);
    await answer;
    expect(fetch).toHaveBeenCalledTimes(requests);
  });
});

describe("an SDK's own retries", () => {
  it("are reported, charged to the budget, and get one attempt each", async () => {
    const budget = retryBudget({ reserve: 5 });
    const events: string[] = [];
    const fetch = answering(() => {
      throw networkError("ECONNREFUSED");
    });
    const resilient = resilientFetch({ fetch, budget, emit: ({ type }) => void events.push(type) });
    await resilient(chatUrl, { ...post, headers: { "x-stainless-retry-count": "1" } }).catch(() => {});
    expect(events).toContain("sdk-retry");
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(budget.balance("https://api.openai.com")).toBe(4);
  });

  it("get one attempt each under the user's own retry, too", async () => {
    const fetch = answering(() => {
      throw networkError("ECONNREFUSED");
    });
    const resilient = resilientFetch({ fetch, retry: retry({ retries: 5, backoff: constant(0) }) });
    await resilient(chatUrl, { ...post, headers: { "x-stainless-retry-count": "0" } }).catch(() => {});
    expect(fetch).toHaveBeenCalledTimes(6);
    await resilient(chatUrl, { ...post, headers: { "x-stainless-retry-count": "1" } }).catch(() => {});
    expect(fetch).toHaveBeenCalledTimes(7);
  });

  it("of AWS are recognised by their attempt number", async () => {
    const retries: unknown[] = [];
    const fetch = answering(() => json(whole));
    const resilient = resilientFetch({
      fetch,
      emit: (event) => void ("retries" in event && retries.push(event.retries)),
    });
    await resilient(chatUrl, { ...post, headers: { "amz-sdk-request": "attempt=1; max=3" } });
    await resilient(chatUrl, { ...post, headers: { "amz-sdk-request": "attempt=2; max=3" } });
    expect(retries).toEqual([1]);
  });
});

describe("the idempotency key", () => {
  it("stays the same over the attempts of one call, and is new for the next", async () => {
    const keys: (string | null)[] = [];
    const fetch = vi.fn<Fetch>(async (_input, init) => {
      keys.push(new Headers(init?.headers).get("idempotency-key"));
      return keys.length % 2 ? openaiError(500, "server_error")() : json(whole);
    });
    const resilient = resilientFetch({ fetch, retry: atOnce(), idempotencyHeader: "Idempotency-Key" });
    await resilient(chatUrl, post);
    await resilient(chatUrl, { ...post, headers: { "idempotency-key": "mine" } });
    expect(keys[0]).toMatch(/^[\da-f-]{36}$/);
    expect(keys).toEqual([keys[0], keys[0], "mine", "mine"]);
  });
});

describe("events", () => {
  it("report each attempt and body, attempts equal the requests made, and none contains a secret", async () => {
    const events: object[] = [];
    const fetch = answering(
      openaiError(503, "server_error"),
      () =>
        new Response('data: {"choices":[]}\n\ndata: [DONE]\n\n', { headers: { "content-type": "text/event-stream" } }),
    );
    const resilient = resilientFetch({ fetch, retry: atOnce(), emit: (event) => void events.push(event) });
    const secret = { ...post, headers: { authorization: "Bearer sk-secret" } };
    await (await resilient(chatUrl, secret)).text();
    expect(events.map((event) => (event as { type: string }).type)).toEqual(["attempt", "retry", "attempt", "body"]);
    expect(events[0]).toMatchObject({ status: 503, attempt: 1, verdict: { kind: "server" } });
    expect(events[2]).toMatchObject({ status: 200, attempt: 2, verdict: undefined });
    expect(new Set(events.map((event) => (event as { call: object }).call)).size).toBe(1);
    expect(JSON.stringify(events)).not.toContain("sk-secret");
  });
});

describe("the event of an attempt", () => {
  const hanging: Fetch = (_input, init) =>
    new Promise((_resolve, reject) => init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason)));
  /** Rejects as `node-fetch` does, whatever the reason. */
  const withoutReason: Fetch = (input, init) =>
    hanging(input, init).catch(() => Promise.reject(new DOMException("The operation was aborted.", "AbortError")));

  it.each([
    ["an error of its own", new Error("The user left")],
    ["a limit of its own", new DOMException("The operation was aborted due to timeout", "TimeoutError")],
    ["what looks like the network's", Object.assign(new Error("reset"), { code: "ECONNRESET" })],
  ])("does not count against the upstream if the caller aborts with %s", async (_what, reason) => {
    const events: ResilienceEvent[] = [];
    const caller = new AbortController();
    const resilient = resilientFetch({ fetch: hanging, emit: (event) => void events.push(event) });
    const asked = resilient(chatUrl, { ...post, signal: caller.signal });
    setImmediate(() => caller.abort(reason));
    await expect(asked).rejects.toBe(reason);
    expect(events).toMatchObject([{ type: "attempt", verdict: { kind: "cancelled", health: "neutral" } }]);
  });

  it.each([
    ["with the reason", hanging],
    ["with an error of its own", withoutReason],
  ])("counts against the upstream if one of our limits aborts it, and the fetch rejects %s", async (_what, fetch) => {
    const clock = fakeClock();
    const events: ResilienceEvent[] = [];
    const options = {
      fetch,
      clock,
      retry: retry({ retries: 0 }),
      emit: (event: ResilienceEvent) => void events.push(event),
    };
    const ignored = resilientFetch({ ...options, profile: limits })(chatUrl, post).catch(() => {});
    await clock.advance(limits.total);
    await ignored;
    expect(events.find(({ type }) => type === "attempt")).toMatchObject({
      verdict: { kind: "timeout", health: "failure" },
    });
  });
});

describe("a fetch that is installed as the global one", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it.each<[string, () => void]>([
    ["itself", () => vi.stubGlobal("fetch", resilientFetch({ retry: atOnce() }))],
    [
      "in a wrapper that copies the init",
      () => {
        const resilient = resilientFetch({ retry: atOnce() });
        const wrapper: Fetch = (input, init) => resilient(input, { ...init });
        vi.stubGlobal("fetch", wrapper);
      },
    ],
    [
      "twice",
      () => {
        vi.stubGlobal("fetch", wrapFetch({ key: () => "first" }));
        vi.stubGlobal("fetch", resilientFetch({ retry: atOnce() }));
      },
    ],
    [
      "under the user's own layers, which it passes only once",
      () => {
        const rateLimit = semaphore({ permits: 1, maxQueue: 0 });
        vi.stubGlobal("fetch", wrapFetch(resilientFetch({ retry: atOnce() }), rateLimit));
      },
    ],
    [
      "with a function that calls the global one",
      () => vi.stubGlobal("fetch", resilientFetch({ fetch: (input, init) => fetch(input, init), retry: atOnce() })),
    ],
  ])("%s, sends with the fetch that was global before", async (_how, install) => {
    const before = answering(openaiError(503, "server_error"), () => json({}));
    vi.stubGlobal("fetch", before);
    install();
    expect((await fetch(chatUrl, post)).status).toBe(200);
    expect(before).toHaveBeenCalledTimes(2);
    await fetch("data:,hello");
    expect(before).toHaveBeenCalledTimes(3);
  });

  it("leaves no mark in an init while nothing is installed", async () => {
    const before = answering(() => json({}));
    vi.stubGlobal("fetch", before);
    await resilientFetch()(chatUrl, post);
    expect(before).toHaveBeenCalledExactlyOnceWith(chatUrl, { ...post, signal: expect.any(AbortSignal) });
  });

  it("sends with the fetch that it was given, and one that is not installed sends with it", async () => {
    const [global, given] = [answering(() => json({})), answering(openaiError(503, "server_error"), () => json({}))];
    vi.stubGlobal("fetch", global);
    const other = resilientFetch();
    vi.stubGlobal("fetch", resilientFetch({ fetch: given, retry: atOnce() }));
    expect((await other(chatUrl, post)).status).toBe(200);
    expect(given).toHaveBeenCalledTimes(2);
    expect(global).not.toHaveBeenCalled();
  });
});

it("passed to an SDK without being called, says so, and does not print the URL", async () => {
  const client = new OpenAI({ apiKey: "none", fetch: resilientFetch as never, maxRetries: 0 });
  await expect(client.models.list()).rejects.toMatchObject({
    cause: new TypeError("Expected `options` to be an object, got a string"),
  });
});

describe("the limits of a request are", () => {
  /** Returns after how long a request that is never answered fails, in ms. */
  async function failsAfter(profile: ResilientFetchOptions["profile"], url = chatUrl): Promise<unknown> {
    const clock = fakeClock();
    const fetch: Fetch = () => new Promise(() => {});
    const asked = resilientFetch({ fetch, clock, profile, retry: retry({ retries: 0, clock }) })(url, post);
    const error = asked.catch((thrown: unknown) => thrown);
    await clock.advance(3_600_000);
    return error;
  }

  it("those of a profile's name", async () => {
    expect(await failsAfter("quick")).toMatchObject({ label: "first-content", limit: 10_000 });
    expect(await failsAfter("long")).toMatchObject({ label: "first-content", limit: 300_000 });
  });

  it("what a function says of it, by its name or in numbers", async () => {
    const profile: ResilientFetchOptions["profile"] = (url, { method }) =>
      url.endsWith("/models") ? "quick" : { ...limits, firstContent: method === "POST" ? 7_000 : 8_000 };
    expect(await failsAfter(profile)).toMatchObject({ label: "first-content", limit: 7_000 });
    expect(await failsAfter(profile, "https://api.openai.com/v1/models")).toMatchObject({ limit: 10_000 });
  });

  it("not an invalid result of a function", async () => {
    expect(await failsAfter(() => "slow" as never)).toMatchObject({ message: expect.stringContaining("`profile`") });
    expect(await failsAfter(() => undefined as never)).toMatchObject({
      message: "Expected `profile.firstContent` to be a number > 0, got undefined",
    });
  });
});

describe("bad options are refused at construction", () => {
  it.each<[ResilientFetchOptions, string]>([
    [{ peek: -1 }, "Expected `peek` to be an integer >= 0, got -1"],
    [{ unreadTimeout: 0 }, "Expected `unreadTimeout` to be a number > 0, got 0"],
    [{ maxErrorBody: 1.5 }, "Expected `maxErrorBody` to be an integer >= 0, got 1.5"],
    [{ errorBodyTimeout: Number.NaN }, "Expected `errorBodyTimeout` to be a number >= 0, got NaN"],
    [{ fetch: 5 as never }, "Expected `fetch` to be a function, got 5"],
    [{ key: "k" as never }, 'Expected `key` to be a function, got "k"'],
    [{ cost: 2 as never }, "Expected `cost` to be a function, got 2"],
    [{ emit: null as never }, "Expected `emit` to be a function, got null"],
    [{ provider: {} as never }, "Expected `provider.host.test` to be a function, got undefined"],
    [
      { profile: "slow" as never },
      'Expected `profile` to be one of quick, standard, long, streaming, reasoning, got "slow"',
    ],
    [{ profile: { ...limits, gap: 0 } }, "Expected `profile.gap` to be a number > 0, got 0"],
    [{ profile: null as never }, "Expected `profile.firstContent` to be a number > 0, got undefined"],
    [{ retry: { retries: 5 } as never }, "Expected `retry` to be a function, got [object Object]"],
    [{ refusals: "never" as never }, 'Expected `refusals` to be "auto" or "respond" or "throw", got "never"'],
    [{ whenOpen: "wait" }, 'Expected `rateLimit` to limit the concurrency when `whenOpen` is "wait", got undefined'],
    [{ whenOpen: "hope" as never }, 'Expected `whenOpen` to be "refuse" or "wait", got "hope"'],
    [{ attemptLimit: 5 as never }, "Expected `attemptLimit` to be a function, got 5"],
    [{ replay: "never" as never }, 'Expected `replay` to be "always", "unprocessed" or a function, got "never"'],
    [{ provider: "groq" as never }, 'Expected `provider` to be an object, got "groq"'],
    [{ retry: atOnce(), replay: "unprocessed" }, "Expected `replay` to be set in your own `retry`"],
    [{ breaker: {} as never }, "Expected `breaker.gate` to be a function, got undefined"],
    [{ breaker: null as never }, "Expected `breaker.gate` to be a function, got undefined"],
    [{ clock: {} as never }, "Expected `clock.now` to be a function, got undefined"],
    [{ rateLimit: 5 as never }, "Expected `rateLimit` to be a function, got 5"],
    [{ paceBelow: 2 }, "Expected `paceBelow` to be a number >= 0 and <= 1, got 2"],
    [fetch as never, "Expected `options` to be an object, got a function"],
    [{ idempotencyHeader: "a b" }, 'Expected `idempotencyHeader` to be a header name, got "a b"'],
    [{ idempotencyHeader: null as never }, "Expected `idempotencyHeader` to be a header name, got null"],
    [{ idempotencyHeader: true as never }, "Expected `idempotencyHeader` to be a header name, got true"],
  ])("%o", (options, message) => {
    expect(() => resilientFetch(options)).toThrow(message);
  });
});

describe("100,000 calls through the whole pipeline, a third of them aborted,", () => {
  it("leave no timer, listener, permit or map entry behind", async () => {
    const clock = fakeClock();
    const rateLimit = semaphore({ permits: 64, clock });
    const shared = new AbortController();
    let sent = 0;
    const fetch: Fetch = async () => {
      sent++;
      return sent % 10 === 0 ? openaiError(503, "server_error")() : json(whole);
    };
    const options = { fetch, clock, rateLimit, profile: limits, retry: atOnce(), key: () => "key" };
    const resilient = resilientFetch(options);
    async function run(calls: number): Promise<void> {
      for (let batch = 0; batch < calls / 100; batch++) {
        const asked = Array.from({ length: 100 }, (_, index) => {
          const caller = new AbortController();
          const signal = index % 3 === 0 ? caller.signal : shared.signal;
          const call = resilient(chatUrl, { ...post, signal })
            .then((response) => response.text())
            .catch(() => "");
          if (index % 3 === 0) caller.abort(new Error("left"));
          return call;
        });
        await Promise.all(asked);
      }
    }
    async function heap(): Promise<number> {
      for (let turn = 0; turn < 5; turn++) {
        globalThis.gc!();
        await new Promise((resolve) => setTimeout(resolve, 20)); // what is collected is told a task later
      }
      return process.memoryUsage().heapUsed;
    }
    await run(5_000);
    const before = await heap();
    await run(95_000);
    const grown = (await heap()) - before;
    expect(clock.pending).toBe(0);
    expect(rateLimit.active("key")).toBe(0);
    expect(rateLimit.waiting("key")).toBe(0);
    expect(getEventListeners(shared.signal, "abort").length).toBeLessThanOrEqual(1); // shared by all calls
    expect(grown / 95_000).toBeLessThan(20); // bytes a call
  }, 120_000);
});

it("relative URLs have the page's origin as their key, and no event contains their paths", async () => {
  vi.stubGlobal("location", { href: "https://app.example/page" });
  const keys: string[] = [];
  const resilient = resilientFetch({ fetch: answering(() => json(whole)), emit: ({ key }) => void keys.push(key) });
  for (const url of ["/api/chat?key=secret", "other", "https://api.example/v1"]) await resilient(url, post);
  vi.unstubAllGlobals();
  expect(keys).toEqual(["https://app.example", "https://app.example", "https://api.example"]);
});

it("input that is not a complete URL has the key of a single upstream, and no event contains it", async () => {
  const keys: string[] = [];
  const resilient = resilientFetch({ fetch: answering(() => json(whole)), emit: ({ key }) => void keys.push(key) });
  for (const url of ["/api/chat?key=secret", "/api/chat?key=other"]) await resilient(url, post);
  expect(keys).toEqual(["default", "default"]);
});

it("a mock may return a response instead of a promise, under a limit to the headers, too", async () => {
  const fetch = (() => json(whole)) as unknown as Fetch;
  const response = await resilientFetch({ fetch, profile: { ...limits, headers: 500 } })(chatUrl, post);
  expect(await response.json()).toEqual(whole);
});
