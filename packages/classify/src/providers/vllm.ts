/** vLLM, which has no host of its own: say it where you run one. */
import type { Provider } from "../provider.ts";

export const vllm: Provider<"vllm"> = {
  name: "vllm",
  host: /(?!)/,
  codes: [[/^EngineDeadError$/, "server"]],
};
