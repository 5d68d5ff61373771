/** OpenAI: developers.openai.com/api/docs/guides/error-codes. */
import type { Provider } from "../provider.ts";

export const openai: Provider<"openai"> = {
  name: "openai",
  host: /(^|\.)api\.openai\.com$/,
  codes: [
    // What is wrong is the image, however it is told: too large, or not found.
    [/^(image_(too|parse|file)|empty_image|failed_to_download_image|data_residency)/, "invalid-request"],
    [/^image_generation_user/, 400],
  ],
  texts: [
    // More tokens than a minute has: no wait makes it fit.
    [/request too large/i, "too-large", 429],
  ],
};
