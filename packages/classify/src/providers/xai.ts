/** xAI: docs.x.ai/developers/debugging. Its bodies are flat, and `error` is the message. */
import type { Provider } from "../provider.ts";

export const xai: Provider<"xai"> = {
  name: "xai",
  host: /(^|\.)api\.x\.ai$/,
  texts: [
    // A wrong key gets a 400.
    [/api key/i, "auth", 400],
  ],
};
