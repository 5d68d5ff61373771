/** Cohere's chat API, version 2. */
import { isFailedEnd, isJson, reportedError, textAt, type Protocol } from "./protocol.ts";

export const cohereChat: Protocol = {
  matches: ({ json }) =>
    /^(message-start|content-start|content-delta|tool-plan-delta|tool-call-|citation-|message-end)/.test(
      textAt(json, "type"),
    ),
  marks: /rror["\n\r]|-end/,

  meaningOf({ json }) {
    switch (json?.["type"]) {
      case "message-end":
        return isJson(json["delta"]) && isFailedEnd(json["delta"]["finish_reason"])
          ? reportedError(json["delta"])
          : "end";
      case "message-start":
      case "content-start":
        return "noise";
      default:
        return "content";
    }
  },
};
