/** Amazon Bedrock's `ConverseStream`. The names of its events tell all that has to be known. */
import type { Protocol } from "./protocol.ts";

export const bedrockConverse: Protocol = {
  matches: ({ name }) => /^(messageStart|contentBlock(Start|Delta|Stop)|messageStop)$/.test(name),

  reader:
    () =>
    ({ name }) => {
      switch (name) {
        case "messageStop": // what follows are figures
          return "end";
        case "messageStart":
        case "contentBlockStart":
          return "noise";
        default:
          return "content";
      }
    },
};
