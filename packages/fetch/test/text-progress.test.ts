import { describe, expect, it } from "vitest";
import { framingOf } from "../src/framing.ts";
import type { StreamProgress } from "../src/stream-progress.ts";
import { TextProgress } from "../src/text-progress.ts";

const encoder = new TextEncoder();

function follow(contentType = "text/event-stream"): StreamProgress & { say(text: string): boolean } {
  const progress = new TextProgress(framingOf(contentType)!);
  return Object.assign(progress, { say: (text: string) => progress.take(encoder.encode(text)) });
}

const data = (json: unknown, event?: string): string =>
  `${event ? `event: ${event}\n` : ""}data: ${typeof json === "string" ? json : JSON.stringify(json)}\n\n`;

const delta = (content: string, index = 0) => ({ choices: [{ index, delta: { content }, finish_reason: null }] });
const finish = (index = 0) => ({ choices: [{ index, delta: {}, finish_reason: "stop" }] });

/** For each protocol: what comes first and is no content, content, and the end. */
const streams: Record<string, { type?: string; noise: string[]; content: string; end: string }> = {
  "chat completions": {
    noise: [
      data({ choices: [], prompt_filter_results: [] }),
      data({ choices: [{ index: 0, delta: { role: "assistant", content: "", tool_calls: [] } }] }),
    ],
    content: data(delta("Hello")),
    end: data(finish()) + data("[DONE]"),
  },
  "chat completions without [DONE]": {
    noise: [": OPENROUTER PROCESSING\n\n"],
    content: data(delta("Hi")),
    end: data(finish()),
  },
  "chat completions that reason": {
    noise: [": keep-alive\n\n", "\n\n"],
    content: data({ choices: [{ index: 0, delta: { reasoning_content: "Hm" } }] }),
    end: data("[DONE]"),
  },
  "legacy completions": {
    noise: [data({ choices: [{ index: 0, text: "", finish_reason: null }] })],
    content: data({ choices: [{ index: 0, text: "Hello", finish_reason: null }] }),
    end: data("[DONE]"),
  },
  responses: {
    noise: [
      data({ type: "response.created", response: { error: null } }, "response.created"),
      data({ type: "response.in_progress", response: { error: null } }, "response.in_progress"),
      data({ type: "keepalive" }, "keepalive"),
      data({ type: "response.output_item.added", item: {} }, "response.output_item.added"),
      data({ of: "another kind" }),
      data("[DONE]"),
    ],
    content: data({ type: "response.output_text.delta", delta: "Hello" }, "response.output_text.delta"),
    end: data({ type: "response.completed", response: { error: null } }, "response.completed"),
  },
  "responses that end with response.done": {
    noise: [data({ type: "response.created", response: {} })],
    content: data({ type: "response.output_text.delta", delta: "Hello" }),
    end: data({ type: "response.done", response: { status: "completed" } }),
  },
  "anthropic messages": {
    noise: [
      data({ type: "message_start", message: {} }, "message_start"),
      data({ type: "ping" }, "ping"),
      data({ type: "content_block_start", index: 0 }, "content_block_start"),
    ],
    content: data({ type: "content_block_delta", delta: { text: "Hello" } }, "content_block_delta"),
    end:
      data({ type: "message_delta", delta: { stop_reason: "end_turn" } }, "message_delta") +
      data({ type: "message_stop" }, "message_stop"),
  },
  gemini: {
    noise: [data({ usageMetadata: {} })],
    content: `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text: "Hello" }] } }] })}\r\n\r\n`,
    end: `data: ${JSON.stringify({ candidates: [{ content: { parts: [] }, finishReason: "STOP" }] })}\r\n\r\n`,
  },
  "cohere chat": {
    noise: [
      data({ type: "message-start", id: "1" }, "message-start"),
      data({ type: "content-start", index: 0 }, "content-start"),
    ],
    content: data({ type: "content-delta", delta: {} }, "content-delta"),
    end: data({ type: "message-end", delta: { finish_reason: "COMPLETE" } }, "message-end"),
  },
  ollama: {
    type: "application/x-ndjson",
    noise: ['{"message":{"role":"assistant","content":""},"done":false}\n'],
    content: '{"message":{"role":"assistant","content":"Hello"},"done":false}\n',
    end: '{"message":{"role":"assistant","content":""},"done_reason":"stop","done":true}\n',
  },
  "ollama's completions": {
    type: "application/x-ndjson",
    noise: ['{"response":"","done":false}\n'],
    content: '{"response":"Hello","done":false}\n',
    end: '{"response":"","done":true}\n',
  },
  "text generation": {
    noise: [],
    content: data({ token: { text: "Hello" }, generated_text: null }),
    end: data({ token: { text: "." }, generated_text: "Hello." }),
  },
};

describe.each(Object.entries(streams))("a stream of %s", (_name, { type, noise, content, end }) => {
  it("has no content before its first content", () => {
    const stream = follow(type);
    for (const text of noise) expect(stream.say(text)).toBe(false);
    expect(stream.hasContent).toBe(false);
    expect(stream.say(content)).toBe(true);
    expect(stream.hasContent).toBe(true);
  });

  it("is complete at its end, and not before", () => {
    const stream = follow(type);
    for (const text of [...noise, content]) stream.say(text);
    expect(stream.missing).toBe("the terminator");
    expect(stream.say(end)).toBe(true);
    expect(stream.missing).toBeUndefined();
  });

  it("means the same however it is split into chunks", () => {
    const bytes = encoder.encode([...noise, content, end].join(""));
    for (let size = 1; size < 40; size++) {
      const stream = follow(type);
      for (let at = 0; at < bytes.length; at += size) {
        stream.take(bytes.subarray(at, at + size));
      }
      expect(stream.missing, `chunks of ${size}`).toBeUndefined();
      expect(stream.hasContent).toBe(true);
      expect(stream.error).toBeUndefined();
    }
  });

  it("is missing the end of an event if it breaks inside one", () => {
    const stream = follow(type);
    for (const text of [...noise, content]) stream.say(text);
    stream.say(end.trimEnd().slice(0, 12));
    expect(stream.missing).toBe("the end of an event");
  });
});

const errors: Record<string, { type?: string; event: string; error: unknown }> = {
  "chat completions": {
    event: data({ error: { message: "boom", code: "server_error" } }),
    error: { message: "boom", code: "server_error" },
  },
  "chat completions, with fields of null": {
    event: data({ error: { message: "boom", param: null, code: null } }),
    error: { message: "boom", param: null, code: null },
  },
  "openrouter, beside a choice": {
    event: data({ error: { code: 502 }, choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }] }),
    error: { code: 502 },
  },
  "a gateway, as a body without a field name": {
    event: '{\n  "error": {\n    "code": 503,\n    "message": "overloaded"\n  }\n}\n\n',
    error: { code: 503, message: "overloaded" },
  },
  "chat completions, in fields of a chunk without choices": {
    event: data({ choices: null, error_type: "BadRequestError", error_message: "maximum context length" }),
    error: { choices: null, error_type: "BadRequestError", error_message: "maximum context length" },
  },
  "vLLM of old": { event: data({ object: "error", message: "boom" }), error: { object: "error", message: "boom" } },
  "responses, flat": {
    event: data({ type: "error", code: "server_error", message: "boom" }, "error"),
    error: { type: "error", code: "server_error", message: "boom" },
  },
  "responses, flat, whose event has no name": {
    event: data({ type: "error", code: "server_error", message: "boom" }),
    error: { type: "error", code: "server_error", message: "boom" },
  },
  "anthropic messages": {
    event: data({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "error"),
    error: { type: "overloaded_error", message: "Overloaded" },
  },
  gemini: { event: data({ error: { code: 503, status: "UNAVAILABLE" } }), error: { code: 503, status: "UNAVAILABLE" } },
  ollama: {
    type: "application/x-ndjson",
    event: '{"error":"an error was encountered"}\n',
    error: "an error was encountered",
  },
};

describe.each(Object.entries(errors))("an error in a stream of %s", (_name, { type, event, error }) => {
  it("is recognised as the first event", () => {
    const stream = follow(type);
    expect(stream.say(event)).toBe(false);
    expect(stream.hasContent).toBe(false);
    expect(stream.error?.error).toEqual(error);
  });
});

it("an error that begins a stream comes before any content, even if content and the end follow in the same chunk", () => {
  const stream = follow();
  const error = data({ error: { message: "boom" } });
  expect(stream.say(error + data(delta("Hi")) + data("[DONE]"))).toBe(false);
  expect([stream.hasContent, stream.error?.error]).toEqual([false, { message: "boom" }]);
});

describe("an error in mid-stream", () => {
  it.each([
    ["chat completions", data(delta("Hi")), errors["chat completions"]!.event],
    ["chat completions", data(delta("Hi")), errors["openrouter, beside a choice"]!.event],
    ["responses", streams["responses"]!.content, errors["responses, flat"]!.event],
    [
      "responses",
      streams["responses"]!.content,
      data({ type: "response.failed", response: { error: { code: "server_error" } } }),
    ],
    ["anthropic messages", streams["anthropic messages"]!.content, errors["anthropic messages"]!.event],
    ["gemini", streams["gemini"]!.content, errors["gemini"]!.event],
    ["cohere", streams["cohere chat"]!.content, data({ type: "message-end", delta: { finish_reason: "ERROR" } })],
    ["text generation", streams["text generation"]!.content, data({ error: "boom", error_type: "generation" })],
    ["an unknown protocol", data({ what: "ever" }), data({ error: { message: "boom" } })],
    ["a gateway that speaks responses", streams["responses"]!.content, data({ error: { message: "boom" } })],
    ["a gateway that speaks messages", streams["anthropic messages"]!.content, data({ error: { message: "boom" } })],
    ["a gateway that speaks Cohere's", streams["cohere chat"]!.content, data({ error: { message: "boom" } })],
  ])("of %s is recognised after content", (_name, content, event) => {
    const stream = follow();
    stream.say(content);
    expect(stream.hasContent).toBe(true);
    expect(stream.error).toBeUndefined();
    stream.say(event);
    expect(stream.error).toBeDefined();
  });

  it.each(Object.entries(streams).filter(([, { type }]) => type === undefined))(
    "named only by its event is recognised in %s, with any line ends, and its lines in any order",
    (_name, { content }) => {
      for (const line of ["\n", "\r\n", "\r"]) {
        const lines = ["event: error", 'data: {"message":"boom"}'];
        for (const error of [lines, lines.toReversed()]) {
          const stream = follow();
          stream.say(content);
          stream.say([...error, "", ""].join(line));
          expect(stream.error?.error).toEqual({ message: "boom" });
        }
      }
    },
  );

  it("is not mistaken for content that mentions errors", () => {
    const stream = follow();
    for (const text of ['"error":', 'data: {"error":{}}', "[DONE]", "event: error"]) stream.say(data(delta(text)));
    expect(stream.error).toBeUndefined();
    expect(stream.missing).toBe("the terminator");
  });
});

describe("a stream", () => {
  it("in which Gemini refuses to answer is complete", () => {
    const stream = follow();
    expect(stream.say(data({ promptFeedback: { blockReason: "SAFETY" } }))).toBe(true);
    expect([stream.missing, stream.isComplete]).toEqual([undefined, true]);
  });

  it("in which Gemini continues after a built-in tool is complete only at its last finish reason", () => {
    const part = (value: object) => data({ candidates: [{ content: { parts: [value] } }] });
    const end = streams["gemini"]!.end;
    const stream = follow();
    stream.say(part({ executableCode: { code: "1 + 1" } }) + end);
    expect(stream.isComplete).toBe(true);
    expect(stream.say(part({ text: "It is" }))).toBe(true);
    expect([stream.missing, stream.isComplete]).toEqual(["the terminator", false]);
    stream.say(part({ text: " two." }) + end + part({ text: "", thoughtSignature: "abc" }));
    expect(stream.isComplete).toBe(true);
  });

  it("of a server that sends an empty finish reason with each chunk is complete only at a real one", () => {
    const stream = follow();
    stream.say(data({ choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "" }] }));
    expect(stream.missing).toBe("the terminator");
    stream.say(data(finish()));
    expect(stream.missing).toBeUndefined();
  });

  it.each(["content", "reasoning", "refusal", "tool_calls", "function_call", "audio", "images"])(
    "of nothing but %s has content",
    (field) => {
      const value = field === "tool_calls" || field === "images" ? [{ index: 0 }] : "some";
      const choice = { index: 0, delta: { role: "assistant", content: "", [field]: value } };
      expect(follow().say(data({ choices: [choice] }))).toBe(true);
    },
  );

  it.each(["thinking", "tool_calls"])("of Ollama's with nothing but %s has content", (field) => {
    const value = field === "tool_calls" ? [{ function: {} }] : "Hm";
    const message = { role: "assistant", content: "", [field]: value };
    expect(follow("application/x-ndjson").say(`${JSON.stringify({ message, done: false })}\n`)).toBe(true);
  });

  it("of Anthropic messages is complete at its reason to stop, after which some gateways send only pings", () => {
    const stream = follow();
    stream.say(data({ type: "content_block_delta", delta: { text: "Hi" } }));
    stream.say(data({ type: "message_delta", delta: { stop_reason: null } }));
    expect(stream.missing).toBe("the terminator");
    stream.say(data({ type: "message_delta", delta: { stop_reason: "end_turn" } }) + data({ type: "ping" }));
    expect(stream.missing).toBeUndefined();
  });

  it("of nothing but [DONE], as llama.cpp's servers answer a prompt that is too long, has no content", () => {
    const stream = follow();
    expect(stream.say(": OPENROUTER PROCESSING\n\n" + data("[DONE]"))).toBe(false);
    expect([stream.hasContent, stream.missing]).toEqual([false, "any content"]);
  });

  it("may have null in place of a choice", () => {
    const stream = follow();
    stream.say(data({ choices: [null, delta("Hi").choices[0]] }));
    expect([stream.hasContent, stream.missing]).toEqual([true, "the terminator"]);
  });

  it("of several choices is complete only when each has finished", () => {
    const stream = follow();
    for (const event of [delta("a", 0), delta("b", 1), finish(0)]) stream.say(data(event));
    expect(stream.missing).toBe("the terminator");
    stream.say(data(finish(1)));
    expect(stream.missing).toBeUndefined();
  });

  it("of several choices is no longer complete when a new one begins after another has finished", () => {
    const stream = follow();
    for (const event of [delta("a", 0), finish(0)]) stream.say(data(event));
    for (const index of [1, 2]) {
      expect(stream.missing).toBeUndefined();
      stream.say(data(delta("b", index)));
      expect([stream.missing, stream.isComplete]).toEqual(["the terminator", false]);
      stream.say(data(finish(index)));
    }
    expect(stream.isComplete).toBe(true);
  });

  it.each([
    ["last", [delta("b", 1), finish(1), delta("a", 0)]],
    ["second", [delta("b", 1), delta("a", 0), finish(1)]],
    ["not at all", [delta("b", 1), finish(1)]],
  ])("of several choices is not complete before the first has finished, which began %s", (_when, begun) => {
    const stream = follow();
    for (const event of begun) stream.say(data(event));
    expect([stream.missing, stream.isComplete]).toEqual(["the terminator", false]);
    stream.say(data(finish(0)));
    expect([stream.missing, stream.isComplete]).toEqual([undefined, true]);
  });

  it("is complete even if only some of its chunks have the index of their choice", () => {
    const stream = follow();
    stream.say(data({ choices: [{ delta: { content: "Hi" }, finish_reason: null }] }));
    stream.say(data(finish()));
    expect(stream.missing).toBeUndefined();
    stream.say(data({ choices: [{ delta: { content: "" }, finish_reason: null }], usage: {} }));
    expect(stream.missing).toBeUndefined();
  });

  it("stays complete when a finished choice is annotated, as by Azure's content filter", () => {
    const stream = follow();
    stream.say(data(delta("Hi")) + data(finish()));
    stream.say(data({ choices: [{ index: 0, content_filter_results: {}, finish_reason: null }] }));
    expect(stream.missing).toBeUndefined();
  });

  it("with an error as its finish reason is a failure", () => {
    const stream = follow();
    stream.say(data(delta("Hi")));
    stream.say(data({ choices: [{ index: 0, delta: {}, finish_reason: "error" }] }));
    expect(stream.error?.error).toMatchObject({ finish_reason: "error" });
  });

  it.each(["network_error", "insufficient_system_resource"])("with the finish reason %s is a failure", (reason) => {
    const stream = follow();
    stream.say(data({ choices: [{ index: 0, delta: {}, finish_reason: reason }] }));
    expect(stream.error?.error).toMatchObject({ finish_reason: reason });
  });

  it("is not a failure if all fields of its error are null, or its list of errors is empty", () => {
    for (const content of [delta("Hi"), { candidates: [{ content: { parts: [{}] } }] }, { what: "ever" }]) {
      for (const error of [{ code: null, message: null }, []]) {
        const stream = follow();
        stream.say(data({ ...content, error }));
        expect([stream.error, stream.hasContent]).toEqual([undefined, true]);
      }
    }
  });

  it("of an unknown protocol with a `done` like Ollama's is left alone", () => {
    const stream = follow();
    expect(stream.say(data({ text: "Hi", done: false }))).toBe(true);
    expect(stream.missing).toBeUndefined();
  });

  it("has no event without data, before content or after it", () => {
    const stream = follow();
    const empty = ["data:\n\n", "data\n\n", "event: ping\ndata: \n\n", ": data: 1\n\n", "id: data: 1\n\n"];
    for (const text of empty) expect(stream.say(text)).toBe(false);
    expect(stream.hasEvents).toBe(false);
    expect(stream.say(data(delta("Hi")))).toBe(true);
    for (const text of empty) expect(stream.say(text)).toBe(false);
    expect(stream.say(data(delta("Hi")).replace("data: ", "data:  "))).toBe(true);
  });

  it("has content in an event with nothing but an id, and its protocol is still recognised", () => {
    const stream = follow();
    expect(["id: 1\n\n", "data:\n\n", "id:\ndata:\n\n"].map(stream.say)).toEqual([false, false, false]);
    expect(stream.say("id: 1\nretry: 30\ndata: \n\n")).toBe(true);
    expect(stream.missing).toBeUndefined();
    stream.say(data(delta("Hello")));
    expect(stream.missing).toBe("the terminator");
  });

  it("of lines has no event in a blank line", () => {
    const stream = follow("application/x-ndjson");
    expect([stream.say(" \r\n"), stream.hasEvents]).toEqual([false, false]);
  });

  it.each([
    ["its name", data({}, "ping")],
    ["another name", data({}, "keepalive")],
    ["its type", data({ type: "ping" })],
  ])("may send a ping, recognised by %s, before its protocol is known", (_what, ping) => {
    const stream = follow();
    expect([stream.say(ping), stream.hasEvents, stream.hasContent]).toEqual([false, true, false]);
  });

  it("has an error in any language, wherever it is split into chunks", () => {
    const stream = follow();
    for (const byte of encoder.encode(data({ error: { message: "余额不足 – désolé" } })))
      stream.take(Uint8Array.of(byte));
    expect(stream.error?.error).toEqual({ message: "余额不足 – désolé" });
  });

  it("of an unknown protocol is left alone", () => {
    const stream = follow();
    expect(stream.say(data({ what: "ever" }))).toBe(true);
    stream.say("data: cut in the mid");
    expect(stream.missing).toBeUndefined();
  });

  it("tells pings and comments from content after content has begun", () => {
    const anthropic = follow();
    anthropic.say(streams["anthropic messages"]!.content);
    expect(anthropic.say(data({ type: "ping" }, "ping"))).toBe(false);
    expect(anthropic.say(": comment\n\n")).toBe(false);
    expect(anthropic.say(data({ type: "ping" }, "ping") + streams["anthropic messages"]!.content)).toBe(true);
    const chat = follow();
    chat.say(data(delta("Hi")));
    expect(chat.say(": OPENROUTER PROCESSING\n\n")).toBe(false);
    expect(chat.say(data(delta("there")))).toBe(true);
  });

  it("may mix different line ends", () => {
    const stream = follow();
    expect(stream.say(data(delta("Hi")).replace(/\n\n$/, "\n\r\n"))).toBe(true);
    expect(stream.say(data(delta("there")).replace(/\n\n$/, "\r\n\n"))).toBe(true);
    expect(stream.missing).toBe("the terminator");
  });

  it.each([
    ["text/event-stream", data(delta("Hi")), "data: [DONE]"],
    ["text/event-stream", streams["anthropic messages"]!.content, 'data: {"type":"message_stop"}\n'],
    ["application/x-ndjson", streams["ollama"]!.content, '{"done":true}'],
  ])("of %s is complete without the blank line after its last event", (type, content, last) => {
    const stream = follow(type);
    stream.say(content + last);
    expect(stream.missing).toBe("the end of an event");
    stream.end();
    expect(stream.missing).toBeUndefined();
    expect(stream.isComplete).toBe(true);
  });

  it("is not complete if its last event is cut off", () => {
    const stream = follow();
    stream.say(data(delta("Hi")) + data("[DONE]").slice(0, 9));
    stream.end();
    expect(stream.missing).toBe("the end of an event");
  });

  it("with an event of more than 1 MiB, such as an image, has content before that event is complete, and is still parsed", () => {
    const stream = follow();
    stream.say(data(delta("Here it comes")));
    const image = data({ choices: [{ index: 0, delta: { images: ["x".repeat(1_100_000)] } }] });
    expect(stream.say(image.slice(0, 1_000_000))).toBe(false);
    expect(stream.say(image.slice(1_000_000, 1_050_000))).toBe(true);
    expect(stream.missing).toBe("the end of an event");
    expect(stream.say(image.slice(1_050_000))).toBe(true);
    expect(stream.missing).toBe("the terminator");
  });

  it("is complete after a last event of that length", () => {
    const stream = follow();
    stream.say(data({ candidates: [{ content: { parts: [{ text: "Here" }] } }] }));
    const parts = [{ inlineData: { data: "x".repeat(2_000_000) } }];
    stream.say(data({ candidates: [{ content: { parts }, finishReason: "STOP" }] }));
    expect(stream.isComplete).toBe(true);
  });

  it("takes no longer for a long event in small chunks than in large ones", () => {
    const stream = follow();
    const image = data({ choices: [{ index: 0, delta: { images: ["x".repeat(4_000_000)] } }] });
    for (let at = 0; at < image.length; at += 100) stream.say(image.slice(at, at + 100)); // for minutes, were each to search all
    stream.say(data("[DONE]"));
    expect(stream.isComplete).toBe(true);
  });

  it("with an event of more than 32 MiB is passed on without being parsed", () => {
    const stream = follow();
    expect(stream.say(`data: ${"x".repeat(32 * 1_048_576)}`)).toBe(true);
    expect(stream.hasContent).toBe(true);
    expect(stream.missing).toBeUndefined();
    expect(stream.say("more")).toBe(true);
  });

  it("reads multi-line data, data without a space, and a byte-order mark", () => {
    const stream = follow();
    stream.say('\uFEFFdata:{"choices":\ndata:[{"index":0,"delta":{"content":"Hi"}}]}\n\n');
    expect(stream.hasContent).toBe(true);
    stream.say("data:[DONE]\n\n");
    expect(stream.missing).toBeUndefined();
  });

  it("of another content type has no framing", () => {
    expect(framingOf("application/octet-stream")).toBeUndefined();
    expect(framingOf("text/event-stream; charset=utf-8")).toBeDefined();
  });
});
