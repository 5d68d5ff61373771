/** Azure OpenAI and Foundry: learn.microsoft.com/azure/ai-foundry/openai. */
import type { Provider } from "../provider.ts";

export const azureOpenai: Provider<"azure-openai"> = {
  name: "azure-openai",
  host: /\.(openai|services\.ai|cognitiveservices|models\.ai)\.azure\.(com|us)$/,
  codes: [
    // The filter is Azure's own, so another provider may answer.
    [/content_filter/, { kind: "content-filter", action: "elsewhere" }],
  ],
  texts: [
    // A daily quota: nobody backs off for 10,000 seconds.
    [/retry after \d{5,} seconds/i, "quota", 429],
    [/high demand|temporarily unable/i, "overloaded", 429],
    [/estimated[^.]{0,99}tokens[^.]{0,99}exceed/i, "too-large", 429],
  ],
};
