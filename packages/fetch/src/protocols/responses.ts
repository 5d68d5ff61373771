/** OpenAI's Responses API. */
import { isJson, reported, type Protocol } from "./protocol.ts";

/** After these nothing follows. */
const ends = new Set(["response.completed", "response.incomplete", "response.cancelled"]);

/** These tell that work goes on, not what came of it. */
const noise = /^(response\.(created|queued|in_progress|output_item\.added|content_part\.added)|keepalive)$/;

export const responses: Protocol = {
  matches: ({ json }) => typeof json?.["type"] === "string" && json["type"].startsWith("response."),
  marks: /rror["\n\r]|keepalive|\.(failed|completed|incomplete|cancelled)/,

  reader:
    () =>
    ({ json }) => {
      if (typeof json?.["type"] !== "string") return "noise";
      const { type, response } = json as { type: string; response?: unknown };
      if (type === "response.failed") return reported(isJson(response) ? response : json);
      if (ends.has(type)) return "end";
      return noise.test(type) ? "noise" : "content";
    },
};
