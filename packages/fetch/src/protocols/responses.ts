/** OpenAI's Responses API. */
import { jsonAt, reportedError, textAt, type Protocol } from "./protocol.ts";

/** The last event of a stream is one of these; `done` is what some backends and gateways send. */
const ends = new Set(["response.completed", "response.incomplete", "response.cancelled", "response.done"]);

/** Events that report progress and contain no output. */
const noise = /^(response\.(created|queued|in_progress|output_item\.added|content_part\.added)|keepalive)$/;

export const responses: Protocol = {
  matches: ({ json }) => textAt(json, "type").startsWith("response."),
  marks: /rror["\n\r]|keepalive|response\.(failed|completed|incomplete|cancelled|done)/,

  meaningOf({ json }) {
    if (typeof json?.["type"] !== "string") return "noise";
    const { type } = json as { type: string };
    if (type === "response.failed") return reportedError(jsonAt(json, "response") ?? json);
    if (ends.has(type)) return "end";
    return noise.test(type) ? "noise" : "content";
  },
};
