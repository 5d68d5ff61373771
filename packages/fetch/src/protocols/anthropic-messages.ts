/** Anthropic's Messages API, also on Vertex and Foundry. */
import { textAt, type Protocol } from "./protocol.ts";

export const anthropicMessages: Protocol = {
  matches: ({ json }) => /^(message_start|content_block_|message_delta|message_stop)/.test(textAt(json, "type")),
  marks: /rror["\n\r]|ping"|_stop"/,

  interpreter:
    () =>
    ({ json }) => {
      switch (json?.["type"]) {
        case "message_stop":
          return "end";
        case "ping":
        case "message_start":
        case "content_block_start":
          return "noise";
        default:
          return "content";
      }
    },
};
