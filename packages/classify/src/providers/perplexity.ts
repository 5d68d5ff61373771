/** Perplexity: docs.perplexity.ai/docs/sdk/error-handling. Its edge answers an invalid key with an HTML page. */
import type { Provider } from "../provider.ts";

export const perplexity: Provider<"perplexity"> = {
  name: "perplexity",
  host: /(^|\.)api\.perplexity\.ai$/,
};
