/** Hugging Face: Inference Providers, Inference Endpoints and the TGI server behind them. */
import type { Provider } from "../provider.ts";

export const huggingFace: Provider<"hugging-face"> = {
  name: "hugging-face",
  host: /(^|\.)huggingface\.(co|cloud)$/,
  codes: [[/^(tool|template)_error$/, 400]],
  texts: [
    // A cold start. The response says how long it will take.
    [/currently loading/i, { kind: "overloaded", health: "neutral" }, 503],
  ],
};
