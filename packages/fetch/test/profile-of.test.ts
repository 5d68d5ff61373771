import { profiles } from "@evenkeel/timeout";
import { fakeClock } from "@evenkeel/testkit";
import { describe, expect, it } from "vitest";
import { resilientFetch } from "@evenkeel/fetch";
import { profileOf } from "../src/profile-of.ts";
import { chatUrl, type Fetch } from "./answers.ts";

const prompt = "Why? ".repeat(10_000);
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

describe("the limits of a request whose caller named none", () => {
  it.each<[name: string, url: string, body: RequestInit["body"], profile: keyof typeof profiles]>([
    ["a stream", chatUrl, '{"model":"gpt-4o","stream":true}', "streaming"],
    ["a stream that is asked for behind a long prompt", chatUrl, `{"prompt":"${prompt}","stream": true}`, "streaming"],
    ["a stream by its path", "https://bedrock/model/x/converse-stream", "{}", "streaming"],
    ["a model that thinks", chatUrl, '{"model":"o3","stream":true}', "reasoning"],
    ["an effort to think", chatUrl, '{"model":"m","reasoning_effort":"high"}', "reasoning"],
    ["no effort to think", chatUrl, '{"model":"m","reasoning_effort":"none"}', "long"],
    ["thinking that is switched off", chatUrl, '{"thinking":{"type":"disabled"}}', "long"],
    ["bytes", chatUrl, bytes('{"model":"o3"}'), "reasoning"],
    ["a buffer, into which the body of a Request is read", chatUrl, bytes('{"stream":true}').buffer, "streaming"],
    ["bytes that end in settings", chatUrl, bytes(`{"prompt":"${prompt}","stream":true}`), "streaming"],
    ["a form, which cannot be looked into", chatUrl, new FormData(), "long"],
    ["no body", chatUrl, undefined, "long"],
  ])("fit %s", (_name, url, body, profile) => {
    expect(profileOf(url, { body: body ?? null })).toEqual(profiles[profile]);
  });

  it("grow with the answer that is asked for", () => {
    const { firstContent, gap, total } = profileOf(chatUrl, { body: '{"max_tokens":100000}' });
    expect(firstContent).toBeGreaterThan(profiles.long.firstContent);
    expect(total).toBeGreaterThanOrEqual(firstContent);
    expect(gap).toBe(profiles.long.gap);
  });

  it.each([
    ["a call with text", (fetch: Fetch, body: string) => fetch(chatUrl, { method: "POST", body })],
    ["a Request", (fetch: Fetch, body: string) => fetch(new Request(chatUrl, { method: "POST", body }))],
  ])("are chosen from the body of %s", async (_name, ask) => {
    const clock = fakeClock();
    const silent: Fetch = (_input, init) =>
      new Promise((_resolve, reject) => init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason)));
    const fetch = resilientFetch({ fetch: silent, clock, retry: (call, next) => next(call) });
    const asked = ask(fetch, '{"model":"m","stream":true}').catch((error: unknown) => error);
    await clock.advance(profiles.streaming.firstContent);
    expect(await asked).toMatchObject({ name: "TimeoutError", label: "first-content" });
  });
});
