/** Together: docs.together.ai/docs/error-codes. */
import type { Provider } from "../provider.ts";

export const together: Provider<"together"> = {
  name: "together",
  host: /(^|\.)api\.together\.(xyz|ai)$/,
  // Not a matter of permission: prompt and answer together are too long.
  statuses: { 403: "context-length" },
};
