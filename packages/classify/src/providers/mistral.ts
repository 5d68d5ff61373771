/** Mistral: docs.mistral.ai/resources/error-glossary. Its codes come with types that say the same. */
import type { Provider } from "../provider.ts";

export const mistral: Provider<"mistral"> = {
  name: "mistral",
  host: /(^|\.)(api|codestral)\.mistral\.ai$/,
};
