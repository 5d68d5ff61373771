import { profiles } from "@evenkeel/timeout";
import { fakeClock } from "@evenkeel/testkit";
import { describe, expect, it } from "vitest";
import { resilientFetch } from "@evenkeel/fetch";
import { profileOf } from "../src/profile-of.ts";
import { chatUrl, feed, type Fetch } from "./answers.ts";

const prompt = "Why? ".repeat(10_000);
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function formOf(file: Blob): FormData {
  const form = new FormData();
  form.set("purpose", "batch");
  form.set("file", file);
  return form;
}

describe("the limits of a request whose caller chose none", () => {
  const { long, streaming, reasoning } = profiles;
  const silent = { ...reasoning, firstContent: long.total };
  const kinds = {
    long,
    streaming,
    silent,
    flex: { ...reasoning, firstContent: 900_000 },
    "streaming with tools": { ...streaming, gap: reasoning.gap },
  };
  const google = "https://generativelanguage.googleapis.com/v1beta/models";
  const bedrock = "https://bedrock-runtime.us-east-1.amazonaws.com/model";
  const azure = "https://x.openai.azure.com/openai/deployments";

  it.each<[name: string, url: string, body: RequestInit["body"], kind: keyof typeof kinds]>([
    ["a stream", chatUrl, '{"model":"gpt-4o","stream":true}', "streaming"],
    ["a stream by its path", `${bedrock}/x/converse-stream`, "{}", "streaming"],
    ["a model that thinks", chatUrl, '{"model":"o3","stream":true}', "silent"],
    ["a model that thinks, in one piece", chatUrl, '{"model":"o3"}', "silent"],
    ["bytes", chatUrl, bytes('{"model":"o3"}'), "silent"],
    ["a buffer, into which the body of a Request is read", chatUrl, bytes('{"stream":true}').buffer, "streaming"],
    ["a form, which cannot be looked into", chatUrl, new FormData(), "long"],
    ["no body", chatUrl, undefined, "long"],
    [
      "what only looks like settings, in a prompt",
      chatUrl,
      JSON.stringify({ prompt: '{"model":"o1","stream":true}' }),
      "long",
    ],
    [
      "a tool that is to give its reasoning",
      chatUrl,
      `{"tools":[{"properties":{"reasoning":{"type":"string"},"thinking":{"type":"string"}}}],"stream":true}`,
      "streaming with tools",
    ],
    [
      "a message that tells what was thought",
      chatUrl,
      '{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"Hm."}],"reasoning":"Hm."}],"stream":true}',
      "streaming",
    ],
    [
      "a stream of DeepSeek's own, for which it may queue",
      "https://api.deepseek.com/chat/completions",
      '{"model":"deepseek-chat","stream":true}',
      "silent",
    ],
    [
      "DeepSeek's model at another provider",
      "https://api.fireworks.ai/inference/v1/chat/completions?from=api.deepseek.com",
      '{"model":"deepseek-v3","stream":true}',
      "streaming",
    ],
    [
      "a stream of Ollama's, which may load the model first",
      "http://gpu:11434/api/chat",
      '{"model":"llama3.2","stream":true}',
      "silent",
    ],
    [
      "a stream of LM Studio's, which may, too",
      "http://192.168.0.7:1234/v1/chat/completions",
      '{"model":"gemma-4","stream":true}',
      "silent",
    ],
    ...["http://localhost:8080", "http://127.0.0.1:8000", "http://[::1]:1337", "http://host.docker.internal"].map(
      (server): [string, string, string, "silent"] => [
        `a stream of a model on the caller's own machine: ${server}`,
        `${server}/v1/chat/completions`,
        '{"model":"qwen3.6","stream":true}',
        "silent",
      ],
    ),
    [
      "a stream of another host, whose name only begins in that way",
      "https://localhost.example.com/v1/chat/completions",
      '{"model":"qwen3.6","stream":true}',
      "streaming",
    ],
    ["a call that may queue for minutes", chatUrl, '{"model":"gpt-5.5","service_tier":"flex"}', "flex"],
    ["a stream that may, too", `${google}/gemini-3.5-flash:streamGenerateContent`, '{"serviceTier":"flex"}', "flex"],
    ["one of Bedrock's", `${bedrock}/us.amazon.nova-pro-v1%3A0/converse`, '{"serviceTier":{"type":"flex"}}', "flex"],
    ["a call of another tier", chatUrl, '{"service_tier":"priority","mode":"flex"}', "long"],
    ["Ollama's answer in one piece", "http://gpu:11434/v1/chat/completions", "{}", "silent"],
    [
      "Ollama's port in a query",
      "https://api.fireworks.ai/inference/v1/chat/completions?of=http://gpu:11434/",
      '{"model":"llama3.2","stream":true}',
      "streaming",
    ],
    ["Gemini's model, in its path", `${google}/gemini-2.5-pro:streamGenerateContent?alt=sse`, "{}", "silent"],
    [
      "Gemini's model, beside a model of cars",
      `${google}/gemini-2.5-pro:streamGenerateContent`,
      '{"args":{"model":"T"}}',
      "silent",
    ],
    ["Gemini's model, in one piece", `${google}/gemini-3-pro-preview:generateContent`, "{}", "silent"],
    [
      "Gemini's model that does not think unasked",
      `${google}/gemini-2.5-flash-lite:streamGenerateContent`,
      "{}",
      "streaming",
    ],
    ["Gemini's model before it thought", `${google}/gemini-2.0-flash:streamGenerateContent`, "{}", "streaming"],
    ["Bedrock's model, in its path", `${bedrock}/us.deepseek.r1-v1%3A0/converse-stream`, "{}", "silent"],
    ["Bedrock's model that does not think", `${bedrock}/amazon.nova-premier-v1%3A0/converse-stream`, "{}", "streaming"],
    ["Azure's deployment, of another name", `${azure}/mine/chat/completions`, '{"model":"o3","stream":true}', "silent"],
    ["Azure's deployment, in its path", `${azure}/o3-mini/chat/completions?api-version=1`, '{"stream":true}', "silent"],
    [
      "an image that is drawn in the answer",
      chatUrl,
      '{"tools":[{"type":"image_generation"}],"stream":true}',
      "silent",
    ],
    ["a stored prompt", chatUrl, '{"prompt":{"id":"pmpt_1","version":"2"},"input":"Why?","stream":true}', "silent"],
    ["an agent", chatUrl, '{"agent_reference":{"name":"a","type":"agent_reference"},"stream":true}', "silent"],
    [
      "a named model, whatever agent calls it",
      chatUrl,
      '{"model":"gpt-4o","metadata":{"agent":"a"},"stream":true}',
      "streaming",
    ],
    ["an assistant", "https://x/v1/threads/1/runs", '{"assistant_id":"asst_1","stream":true}', "silent"],
    ["a prompt that is a text", chatUrl, '{"model":"davinci-002","prompt":"{","stream":true}', "streaming"],
    ["the first of several models", chatUrl, '{"models": [ "openai/gpt-5", "x" ],"stream":true}', "silent"],
    ["a tool of the provider's", chatUrl, '{"tools":[{"type":"code_execution_20260120"}],"stream":true}', "silent"],
    ["a tool of the caller's", chatUrl, '{"tools":[{"type":"function"}],"stream":true}', "streaming with tools"],
    [
      "a tool of Anthropic's caller",
      "https://api.anthropic.com/v1/messages",
      '{"model":"claude-sonnet-4-5","tools":[{"name":"write","input_schema":{"type":"object"}}],"stream":true}',
      "streaming with tools",
    ],
    ["Bedrock's tools", `${bedrock}/x/converse-stream`, '{"toolConfig":{"tools":[]}}', "streaming with tools"],
    [
      "Gemini's tools",
      `${google}/gemini-2.0-flash:streamGenerateContent`,
      '{"tools":[{"functionDeclarations":[]}]}',
      "streaming with tools",
    ],
    [
      "a tool whose long schema hides what it is",
      chatUrl,
      `{"tools":[{"parameters":{"a":"${"x".repeat(5_000)}","properties":{}}}],"stream":true}`,
      "streaming with tools",
    ],
    ["a prompt about tools", chatUrl, JSON.stringify({ prompt: '{"tools":[]}', stream: true }), "streaming"],
    ["a tool, in one piece", chatUrl, '{"tools":[{"type":"function"}]}', "long"],
    ["images that are sketched first", "https://x/v1/images/generations", '{"stream":true}', "silent"],
    ["an answer made in the background", "https://x/v1/responses/resp_1?stream=true", undefined, "silent"],
  ])("fit %s", (_name, url, body, kind) => {
    expect(profileOf(url, { body: body ?? null })).toEqual(kinds[kind]);
  });

  it.each([
    "o1",
    "o3-mini",
    "openai/o4-mini",
    "gpt-5",
    "gpt-5.2-pro",
    "gpt-5-codex",
    "openai/gpt-6-sol",
    "codex-mini-latest",
    "openai/gpt-oss-120b",
    "gpt-oss:20b",
    "deepseek-reasoner",
    "deepseek-r1:8b",
    "deepseek-ai/DeepSeek-R1",
    "qwq-32b",
    "qvq-max",
    "qwen3-235b-a22b-thinking-2507",
    "grok-4",
    "grok-4-fast-reasoning",
    "grok-3-mini",
    "magistral-medium-latest",
    "kimi-k2-thinking",
    "sonar-reasoning-pro",
    "sonar-deep-research",
    "google/gemini-2.5-flash",
    "gemini-3-flash-preview",
    "gemini-flash-latest",
    "claude-3-7-sonnet:thinking",
    "claude-opus-5",
    "claude-sonnet-5-5",
    "anthropic/claude-fable-5.1",
    "us.anthropic.claude-haiku-5-5-20261015-v1:0",
    "~anthropic/claude-sonnet-latest",
    "muse-spark-1.3",
    "openrouter/auto",
    "model-router",
  ])("give %s time to think", (model) => {
    expect(profileOf(chatUrl, { body: `{"model":"${model}","stream":true}` })).toEqual(silent);
  });

  it.each([
    "gpt-4o",
    "gpt-4.1-mini",
    "gpt-5-chat-latest",
    "gpt-5.1-chat-latest",
    "deepseek-chat",
    "grok-3",
    "grok-4-fast-non-reasoning",
    "claude-sonnet-4-5",
    "claude-opus-4-8",
    "claude-haiku-4-5-20251001",
    "claude-3-5-sonnet-latest",
    "mistral-large-latest",
    "gemini-1.5-pro",
    "kimi-k2-0905",
    "amazon.nova-pro-v1:0",
    "llama3.2",
    "command-r-plus",
  ])("end a hang of %s early", (model) => {
    expect(profileOf(chatUrl, { body: `{"model":"${model}","stream":true}` })).toEqual(streaming);
  });

  it.each([
    '"reasoning_effort":"high"',
    '"reasoning":{"effort":"low","summary":"auto"}',
    '"reasoning":{"summary":"auto"}',
    '"reasoning":{"max_tokens":2000}',
    '"reasoning":{"enabled":true}',
    '"thinking":{"type":"enabled","budget_tokens":1024}',
    '"thinking":{"budget_tokens":1024,"type":"enabled"}',
    '"thinking": { "type": "adaptive" }',
    '"thinking":true',
    '"think":true',
    '"think":"high"',
    '"enable_thinking":true',
    '"generationConfig":{"thinkingConfig":{"thinkingBudget":1024}}',
    '"generationConfig":{"thinkingConfig":{"thinkingLevel":"high"}}',
    '"extra_body":{"google":{"thinking_config":{"thinking_budget":-1}}}',
    '"additionalModelRequestFields":{"reasoning_config":{"type":"enabled","budget_tokens":2000}}',
    '"additionalModelRequestFields":{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"low"}}',
  ])("give a model with %s time to think", (setting) => {
    expect(profileOf(chatUrl, { body: `{"model":"m",${setting},"stream":true}` })).toEqual(silent);
  });

  it.each([
    '"model":"gpt-5.1","reasoning_effort":"none"',
    '"model":"gpt-5.1","reasoning":{"summary":null,"effort":"none"}',
    '"model":"x-ai/grok-4-fast","reasoning":{"enabled":false}',
    '"model":"claude-sonnet-5","thinking":{"type":"disabled"}',
    '"model":"google/gemini-2.5-flash","thinkingConfig":{"includeThoughts":false,"thinkingBudget":0}',
    '"model":"gemini-2.5-flash","extra_body":{"google":{"thinking_config":{"thinking_budget":0}}}',
    '"model":"deepseek-r1","think":false',
    '"model":"qwen3-thinking","enable_thinking":false',
    '"model":"m","reasoning_effort":null,"reasoning":null,"thinking":null',
  ])("end a hang early with %s", (settings) => {
    expect(profileOf(chatUrl, { body: `{${settings},"stream":true}` })).toEqual(streaming);
  });

  it.each([
    ["a stream", '"stream": true', "streaming"],
    ["a setting", '"stream":true,"reasoning":{"effort":"high"}', "silent"],
  ] as const)("find %s behind a long prompt", (_name, behind, kind) => {
    expect(profileOf(chatUrl, { body: `{"prompt":"${prompt}",${behind}}` })).toEqual(kinds[kind]);
    expect(profileOf(chatUrl, { body: bytes(`{"prompt":"${prompt}",${behind}}`) })).toEqual(kinds[kind]);
  });

  it.each([
    [100_000, 60_000],
    [400_000, 115_000],
    [40_000_000, 300_000],
  ])("give a stream for a prompt of %i characters %i ms to its first content", (length, firstContent) => {
    const body = `{"stream":true,"prompt":"`.padEnd(length - 2, "x") + '"}';
    expect(profileOf(chatUrl, { body })).toEqual({ ...streaming, firstContent });
  });

  it("do not mistake an image for a million tokens", () => {
    expect(profileOf(chatUrl, { body: `{"image":"${"x".repeat(20_000_000)}"}` })).toEqual(long);
  });

  it.each([
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "max_new_tokens",
    "maxTokens",
    "maxOutputTokens",
    "num_predict",
  ])("grow with %s, for models that think as for others", (setting) => {
    for (const model of ["m", "o3"]) {
      const { firstContent, total } = profileOf(chatUrl, { body: `{"model":"${model}","x":{"${setting}":100000}}` });
      expect(firstContent).toBeGreaterThan(5_000_000);
      expect(total).toBeGreaterThanOrEqual(firstContent);
    }
  });

  it.each([
    ["a stream", '"model":"m"', 60_000],
    ["a stream that is silent at first", '"model":"o3"', 600_000],
    ["a call that queues", '"service_tier":"flex"', 900_000],
  ])("do not cut %s that goes on for as long as its tokens take", (_what, settings, firstContent) => {
    const body = (tokens: number): string => `{${settings},"stream":true,"max_tokens":${tokens}}`;
    const ordinary = profileOf(chatUrl, { body: body(4_096) });
    expect(profileOf(chatUrl, { body: body(128_000) })).toEqual({ ...ordinary, total: firstContent + 6_400_000 });
    expect(ordinary).toEqual(profileOf(chatUrl, { body: `{${settings},"stream":true}` }));
    expect(ordinary.firstContent).toBe(firstContent);
  });

  it("grow with the length of the answer requested", () => {
    const { firstContent, gap, total } = profileOf(chatUrl, { body: '{"max_tokens":100000}' });
    expect(firstContent).toBeGreaterThan(profiles.long.firstContent);
    expect(total).toBeGreaterThanOrEqual(firstContent);
    expect(gap).toBe(profiles.long.gap);
  });

  it.each<[string, (file: Blob) => BodyInit | Promise<BodyInit>]>([
    ["a file", (file) => file],
    ["a file's bytes", (file) => file.arrayBuffer()],
    ["a form with a file", formOf],
    ["a form with a file, read from a Request", (file) => new Response(formOf(file)).arrayBuffer()],
  ])("leave time to send %s", async (_what, bodyOf) => {
    const minutes = 60_000;
    const limits = profileOf("https://x/v1/files", { body: await bodyOf(new Blob([new Uint8Array(30_000_000)])) });
    expect(limits.firstContent).toBeCloseTo(profiles.long.firstContent + 4 * minutes, -2);
    expect(limits.total).toBeCloseTo(profiles.long.total + 4 * minutes, -2);
  });

  it("leave a stream, whose size is unknown, all the time that SDKs allow an attempt", () => {
    const limits = profileOf("https://x/v1/files", { body: new Blob(["keel"]).stream() });
    expect(limits).toEqual({ ...profiles.long, firstContent: profiles.long.total });
  });

  it.each([
    "https://x/v1/files/file-1/content",
    "https://x/v1/messages/batches/1/results",
    "https://x/v1beta/files/1:download?alt=media",
    "http://localhost:11434/api/pull",
  ])("set no total limit for a transfer: %s", (url) => {
    expect(profileOf(url, { body: null })).toEqual({ ...profiles.reasoning, total: Infinity });
  });

  it("let Anthropic write a long argument of a tool call in silence, apart from pings", async () => {
    const clock = fakeClock();
    const { response, send, end } = feed();
    const fetch = resilientFetch({ fetch: async () => response, clock });
    const event = (type: string, rest = ""): string => `event: ${type}\ndata: {"type":"${type}"${rest}}\n\n`;
    const delta = event("content_block_delta", ',"index":0,"delta":{"type":"input_json_delta","partial_json":""}');
    send(event("content_block_start") + delta);
    const body = '{"model":"claude-sonnet-4-5","tools":[{"name":"write","input_schema":{}}],"stream":true}';
    const answer = (await fetch("https://api.anthropic.com/v1/messages", { method: "POST", body })).text();
    for (let pings = 0; pings < 8; pings++) {
      await clock.advance(15_000);
      send(event("ping"));
    }
    send(delta + event("message_stop"));
    end();
    await clock.advance(0);
    expect(await answer).toContain("message_stop");
  });

  it.each([
    ["as EventSource and MCP subscribe", undefined, "text/event-stream", true],
    ["with a method", "get", "text/event-stream", true],
    ["of a question", "POST", "text/event-stream", false],
    ["of either", "GET", "application/json, text/event-stream", false],
  ])("bound a subscription by its headers alone, %s", (_name, method, accept, isSubscription) => {
    const init = method ? { method, headers: { accept } } : { headers: { accept } };
    const none = { firstContent: Infinity, gap: Infinity, total: Infinity };
    expect(profileOf("https://x/mcp", init)).toEqual(
      isSubscription ? { ...streaming, ...none, headers: streaming.firstContent } : long,
    );
  });

  it.each([
    "https://api.openai.com/v1/responses/resp_1?stream=true&starting_after=4",
    "https://generativelanguage.googleapis.com/v1beta/interactions/1?last_event_id=4&stream=true",
  ])("take no answer that is read again for a subscription: %s", (url) => {
    expect(profileOf(url, { headers: { accept: "text/event-stream" } })).toEqual(silent);
  });

  it.each(["events", "threads/sthr_1"])("bound a subscription to Anthropic's %s by its headers alone", (what) => {
    const url = `https://api.anthropic.com/v1/sessions/sesn_1/${what}/stream?beta=true`;
    expect(profileOf(url, { headers: { accept: "application/json" } }).total).toBe(Infinity);
    expect(profileOf(url, { method: "POST" }).total).toBeLessThan(Infinity);
    expect(profileOf(url.replace("/stream", ""), {}).total).toBeLessThan(Infinity);
  });

  it("let a subscription say nothing for hours, from its first event on and before it", async () => {
    const clock = fakeClock();
    const { response, send, end } = feed();
    const fetch = resilientFetch({ fetch: async () => response, clock });
    const { body } = await fetch("https://tools.example.com/mcp", { headers: { accept: "text/event-stream" } });
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    for (const event of [": here\n\n", "data: one\n\n", "data: two\n\n"]) {
      const read = reader.read();
      await clock.advance(12 * 3_600_000);
      send(event);
      expect(await read).toEqual({ done: false, value: event });
    }
    end();
    expect((await reader.read()).done).toBe(true);
  });

  it("give up a subscription that gets no headers", async () => {
    const clock = fakeClock();
    const silent: Fetch = () => new Promise(() => {});
    const fetch = resilientFetch({ fetch: silent, clock, retry: (call, next) => next(call) });
    const headers = { accept: "text/event-stream" };
    const asked = fetch("https://tools.example.com/mcp", { headers }).catch((error: unknown) => error);
    await clock.advance(streaming.firstContent);
    expect(await asked).toMatchObject({ name: "TimeoutError", label: "headers" });
  });

  it("let the download of a model take hours, as long as data arrives", async () => {
    const clock = fakeClock();
    const { response, send, end } = feed({ headers: { "content-type": "application/x-ndjson" } });
    const fetch = resilientFetch({ fetch: async () => response, clock });
    send('{"status":"pulling manifest"}\n');
    const { body } = await fetch("http://localhost:11434/api/pull", { method: "POST", body: '{"stream":true}' });
    const reader = body!.getReader();
    for (let minute = 0; minute < 240; minute += 4) {
      await reader.read();
      const next = reader.read();
      await clock.advance(4 * 60_000);
      send('{"status":"pulling 6a0746a1ec1a"}\n');
      await next;
      send('{"status":"pulling 6a0746a1ec1a"}\n');
    }
    end();
    await reader.read();
    expect(await reader.read()).toEqual({ done: true, value: undefined });
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
