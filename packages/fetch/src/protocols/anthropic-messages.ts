/** Anthropic's Messages API, also on Vertex and Foundry. */
import { jsonAt, textAt, type Protocol } from "./protocol.ts";

export const anthropicMessages: Protocol = {
  matches: ({ json }) => /^(message_start|content_block_|message_delta|message_stop)/.test(textAt(json, "type")),
  marks: /rror["\n\r]|ping"|_stop"|stop_reason": ?"/,

  meaningOf({ json }) {
    switch (json?.["type"]) {
      case "message_stop":
        return "end";
      // Some gateways send nothing after the reason, or only pings until somebody gives up.
      case "message_delta":
        return jsonAt(json, "delta")?.["stop_reason"] ? "end" : "content";
      case "ping":
      case "message_start":
      case "content_block_start":
        return "noise";
      default:
        return "content";
    }
  },
};
