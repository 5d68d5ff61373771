/** DeepSeek: api-docs.deepseek.com/quick_start/error_codes. */
import type { Provider } from "../provider.ts";

export const deepseek: Provider<"deepseek"> = {
  name: "deepseek",
  host: /(^|\.)api\.deepseek\.com$/,
  statuses: { 503: "overloaded" },
};
