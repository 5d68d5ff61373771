/** Cohere's chat API, version 2. */
import { isJson, reported, type Protocol } from "./protocol.ts";

export const cohereChat: Protocol = {
  matches: ({ json }) =>
    /^(message-start|content-start|content-delta|tool-plan-delta|tool-call-|citation-|message-end)/.test(
      String(json?.["type"]),
    ),
  marks: /rror["\n\r]|-end/,

  reader:
    () =>
    ({ json }) => {
      switch (json?.["type"]) {
        case "message-end": {
          const { delta } = json as { delta?: unknown };
          return isJson(delta) && delta["finish_reason"] === "ERROR" ? reported(delta) : "end";
        }
        case "message-start":
        case "content-start":
          return "noise";
        default:
          return "content";
      }
    },
};
