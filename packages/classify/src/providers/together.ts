/** Together: docs.together.ai/docs/error-codes. */
import type { Provider } from "../provider.ts";

export const together: Provider<"together"> = {
  name: "together",
  host: /(^|\.)api\.together\.(xyz|ai)$/,
  // Not a permission problem: prompt and answer together exceed the context.
  statuses: { 403: "context-length" },
};
