/** OpenAI: developers.openai.com/api/docs/guides/error-codes. */
import type { Provider } from "../provider.ts";

export const openai: Provider<"openai"> = {
  name: "openai",
  host: /(^|\.)api\.openai\.com$/,
  codes: [
    // The image itself is invalid, although some codes sound like a size limit or a missing resource.
    [/^(image_(too|parse|file)|empty_image|failed_to_download_image|data_residency)/, "invalid-request"],
    [/^image_generation_user/, 400],
  ],
  texts: [
    // The request has more tokens than the limit per minute, so waiting does not help.
    [/request too large/i, "too-large", 429],
  ],
};
