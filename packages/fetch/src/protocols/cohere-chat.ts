/** Cohere's chat API, version 2. */
import { isFailedEnd, jsonAt, reportedError, textAt, type Protocol } from "./protocol.ts";

export const cohereChat: Protocol = {
  matches: ({ json }) =>
    /^(message-start|content-start|content-delta|tool-plan-delta|tool-call-|citation-|message-end)/.test(
      textAt(json, "type"),
    ),
  marks: /rror["\n\r]|-end/,

  meaningOf({ json }) {
    switch (json?.["type"]) {
      case "message-end": {
        const delta = jsonAt(json, "delta");
        return delta && isFailedEnd(delta["finish_reason"]) ? reportedError(delta) : "end";
      }
      case "message-start":
      case "content-start":
        return "noise";
      default:
        return "content";
    }
  },
};
