/** Perplexity: docs.perplexity.ai/docs/sdk/error-handling. Its edge answers a bad key with a page. */
import type { Provider } from "../provider.ts";

export const perplexity: Provider<"perplexity"> = {
  name: "perplexity",
  host: /(^|\.)api\.perplexity\.ai$/,
};
