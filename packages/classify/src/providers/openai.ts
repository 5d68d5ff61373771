/** OpenAI, at developers.openai.com/api/docs/guides/error-codes. */
import type { Provider } from "../table.ts";

export const openai: Provider<"openai"> = {
  name: "openai",
  host: /(^|\.)api\.openai\.com$/,
};
