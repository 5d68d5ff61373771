/** OpenAI: developers.openai.com/api/docs/guides/error-codes. */
import type { Provider } from "../provider.ts";

export const openai: Provider<"openai"> = {
  name: "openai",
  host: /(^|\.)api\.openai\.com$/,
  codes: [
    [/^image_content_policy/, "content-filter"],
    [/image|^data_residency/, "invalid-request"],
  ],
  texts: [
    // More tokens than a minute has: no wait makes it fit.
    [/request too large/i, "too-large", 429],
  ],
};
