/** Mistral: docs.mistral.ai/resources/error-glossary. */
import type { Provider } from "../provider.ts";

export const mistral: Provider<"mistral"> = {
  name: "mistral",
  host: /(^|\.)(api|codestral)\.mistral\.ai$/,
  codes: [
    [/^1300$/, "rate-limit"],
    [/^3505$/, "overloaded"],
  ],
};
