import { resilientFetch, type ResilientFetchOptions } from "@evenkeel/fetch";
import { fakeClock } from "@evenkeel/testkit";
import { describe, expect, it } from "vitest";
import { chatUrl, json, post, whole, type Fetch } from "./answers.ts";

const limits = { connect: 1_000, firstContent: 10_000, gap: 10_000, total: 60_000 };

/** Makes one call that is told `headers`, and returns what it takes to make more. */
async function told(headers: Record<string, string>, options: ResilientFetchOptions = {}) {
  const clock = fakeClock(1_000_000);
  const times: number[] = [];
  const fetch: Fetch = async () => {
    times.push(clock.now() - 1_000_000);
    return json(whole, times.length === 1 ? { headers } : {});
  };
  const resilient = resilientFetch({ fetch, clock, profile: limits, ...options });
  const ask = (body = post.body): Promise<Response> => resilient(chatUrl, { ...post, body });
  await ask();
  return { clock, ask, times };
}

/** Makes one call that is told `headers`, then `bodies` at once, and returns when each of those was sent, in ms. */
async function sentAt(
  headers: Record<string, string>,
  bodies: readonly string[],
  options?: ResilientFetchOptions,
): Promise<number[]> {
  const { clock, ask, times } = await told(headers, options);
  const asked = bodies.map((body) => ask(body));
  await clock.advance(60_000);
  await Promise.all(asked);
  return times.slice(1);
}

const requests = (remaining: number): Record<string, string> => ({
  "x-ratelimit-limit-requests": "60",
  "x-ratelimit-remaining-requests": String(remaining),
  "x-ratelimit-reset-requests": "1m0s",
});

const tokens = (remaining: number): Record<string, string> => ({
  "x-ratelimit-limit-tokens": "60000",
  "x-ratelimit-remaining-tokens": String(remaining),
  "x-ratelimit-reset-tokens": "1m0s",
});

describe("a key", () => {
  it("with plenty left is not slowed down", async () => {
    expect(await sentAt(requests(30), ["a", "b", "c"])).toEqual([0, 0, 0]);
  });

  it("with a limit nearly used up is paced at the rate at which the limit refills", async () => {
    expect(await sentAt(requests(0), ["a", "b", "c"])).toEqual([0, 1_000, 2_000]);
  });

  it("is paced by what is used up, and not at all with a tenth of its limit left", async () => {
    expect(await sentAt(requests(5), ["a", "b"])).toEqual([0, expect.closeTo(60_000 / 55)]);
    expect(await sentAt(requests(6), ["a", "b"])).toEqual([0, 0]);
  });

  it("short of tokens makes a small call wait for its few tokens, not for the reset", async () => {
    const small = "x".repeat(400); // 100 tokens, at a token a millisecond
    expect(await sentAt(tokens(0), [small, small, small])).toEqual([0, 100, 200]);
  });

  it("never waits longer than ten seconds, nor beyond the deadline", async () => {
    const long = "x".repeat(400_000);
    expect(await sentAt(tokens(0), [long, "b", "c"])).toEqual([0, 10_000, 10_000]);
    expect(await sentAt(tokens(0), [long, "b", "c"], { profile: { ...limits, total: 5_000 } })).toEqual([0, 0, 0]);
  });

  it("whose reset is thousands of years away is not slowed down for more than an hour", async () => {
    const { clock, ask, times } = await told({ ...requests(0), "x-ratelimit-reset-requests": "9".repeat(300) });
    await Promise.all([ask(), ask(), clock.advance(20_000)]);
    expect(times.slice(1)).toEqual([0, 10_000]);
    await clock.advance(3_600_000);
    await Promise.all([ask(), ask(), clock.advance(20_000)]);
    expect(times.slice(3)).toEqual([3_620_000, 3_620_000]);
  });

  it("is not slowed down if pacing is off", async () => {
    expect(await sentAt(requests(0), ["a", "b", "c"], { paceBelow: 0 })).toEqual([0, 0, 0]);
  });

  it.each([
    ["its only limit", requests(0)],
    [
      "its requests, long before its tokens",
      { ...requests(0), ...tokens(60_000), "x-ratelimit-reset-tokens": "1h0m0s" },
    ],
    ["its tokens, long before its requests", { ...tokens(0), ...requests(60), "x-ratelimit-reset-requests": "24h" }],
  ])("is no longer paced once the limit that was nearly used up is full again: %s", async (_what, headers) => {
    const { clock, ask, times } = await told(headers);
    await clock.advance(60_000);
    await Promise.all([ask(), ask()]);
    expect(times).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  it.each(["requests", "tokens"])("is paced by its %s alone once its other limit is full again", async (slow) => {
    const headers = {
      ...requests(0),
      ...tokens(0),
      [`x-ratelimit-limit-${slow}`]: "1000000000", // of which a few grow back in a millisecond
      [`x-ratelimit-reset-${slow}`]: "24h",
    };
    const { clock, ask, times } = await told(headers);
    await clock.advance(60_000);
    const asked = [ask(), ask()];
    await clock.advance(1);
    expect(times).toHaveLength(3);
    await Promise.all(asked);
  });

  it("with enough left once more forgets how long its next call was to wait", async () => {
    const clock = fakeClock();
    const times: number[] = [];
    const answers = [tokens(0), tokens(60_000), tokens(0), {}];
    const fetch: Fetch = async () => {
      times.push(clock.now());
      return json(whole, { headers: answers[times.length - 1]! });
    };
    const resilient = resilientFetch({ fetch, clock, profile: limits });
    const ask = (body: string): Promise<Response> => resilient(chatUrl, { ...post, body });
    await ask("a");
    await ask("x".repeat(400_000)); // 100,000 tokens, at a token a millisecond
    await ask("b");
    await Promise.all([ask("c"), clock.advance(20_000)]);
    expect(times).toEqual([0, 0, 0, 0]);
  });

  it("is paced by what the call that was sent last was told, whichever answer comes last", async () => {
    const clock = fakeClock();
    const times: number[] = [];
    const answers = [requests(30), requests(0)];
    const fetch: Fetch = async () => {
      times.push(clock.now());
      const headers = answers[times.length - 1];
      if (times.length === 1) await new Promise<void>((resolve) => clock.after(100, resolve));
      return json(whole, headers && { headers });
    };
    const limitsTold: unknown[] = [];
    const emit: ResilientFetchOptions["emit"] = (event) =>
      void (event.type === "rate-limits" && limitsTold.push(event));
    const resilient = resilientFetch({ fetch, clock, profile: limits, emit });
    const slow = resilient(chatUrl, post);
    await clock.advance(1);
    await resilient(chatUrl, post);
    await clock.advance(99);
    await slow;
    const more = [resilient(chatUrl, post), resilient(chatUrl, post)];
    await clock.advance(60_000);
    await Promise.all(more);
    expect(times).toEqual([0, 1, 100, 1_100]);
    expect(limitsTold).toHaveLength(2);
  });

  it("whose calls queued until after its limit is full again lets the next one pass at once", async () => {
    const { clock, ask, times } = await told(requests(0));
    await clock.advance(59_000);
    for (let call = 0; call < 5; call++) void ask();
    await clock.advance(1_000);
    const before = times.length;
    await ask();
    expect(times).toHaveLength(before + 1);
  });
});

it("a limit with the time of its reset is paced until then", async () => {
  const now = new Date(1_000_000).toISOString();
  const headers = {
    "anthropic-ratelimit-requests-limit": "60",
    "anthropic-ratelimit-requests-remaining": "0",
    "anthropic-ratelimit-requests-reset": now.replace(":40", ":43"),
  };
  expect(await sentAt(headers, ["a", "b", "c", "d"])).toEqual([0, 50, 100, 150]);
});

describe("a call that waits for a limit to refill", () => {
  it("rejects at once with the caller's own reason when the caller aborts", async () => {
    const clock = fakeClock();
    let sent = 0;
    const fetch: Fetch = async () => json(whole, sent++ === 0 ? { headers: requests(0) } : {});
    const resilient = resilientFetch({ fetch, clock, profile: limits });
    await resilient(chatUrl, post);
    await resilient(chatUrl, post);
    const caller = new AbortController();
    const asked = resilient(chatUrl, { ...post, signal: caller.signal });
    await clock.advance(100);
    const reason = new Error("left");
    caller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    expect(sent).toBe(2);
    expect(clock.pending).toBe(0);
  });
});

it("the limits of every response are emitted as an event, those of a refusal too", async () => {
  const events: object[] = [];
  let sent = 0;
  const fetch: Fetch = async () => json({}, { status: sent++ === 0 ? 400 : 200, headers: requests(30) });
  const resilient = resilientFetch({
    fetch,
    emit: (event) => void (event.type === "rate-limits" && events.push(event)),
  });
  await resilient(chatUrl, post);
  await resilient(chatUrl, post);
  expect(events).toHaveLength(2);
  expect(events[0]).toMatchObject({ limits: { requests: { limit: 60, remaining: 30, reset: 60_000 } } });
});
