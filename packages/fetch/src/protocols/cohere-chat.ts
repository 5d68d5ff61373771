/** Cohere's chat API, version 2. */
import { isJson, reportedError, textAt, type Protocol } from "./protocol.ts";

export const cohereChat: Protocol = {
  matches: ({ json }) =>
    /^(message-start|content-start|content-delta|tool-plan-delta|tool-call-|citation-|message-end)/.test(
      textAt(json, "type"),
    ),
  marks: /rror["\n\r]|-end/,

  meaningOf({ json }) {
    switch (json?.["type"]) {
      case "message-end": {
        const { delta } = json as { delta?: unknown };
        return isJson(delta) && delta["finish_reason"] === "ERROR" ? reportedError(delta) : "end";
      }
      case "message-start":
      case "content-start":
        return "noise";
      default:
        return "content";
    }
  },
};
