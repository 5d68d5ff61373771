/** Amazon Bedrock's `ConverseStream`. The names of its events are all that is needed. */
import type { Protocol } from "./protocol.ts";

export const bedrockConverse: Protocol = {
  matches: ({ name }) => /^(messageStart|contentBlock(Start|Delta|Stop)|messageStop)$/.test(name),

  meaningOf({ name }) {
    switch (name) {
      case "messageStop": // only metadata follows
        return "end";
      case "messageStart":
      case "contentBlockStart":
        return "noise";
      default:
        return "content";
    }
  },
};
