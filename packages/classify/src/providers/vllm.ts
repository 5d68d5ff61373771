/** vLLM, which has no host of its own: select it with the `provider` option. */
import type { Provider } from "../provider.ts";

export const vllm: Provider<"vllm"> = {
  name: "vllm",
  host: /(?!)/,
  codes: [[/^EngineDeadError$/, "server"]],
};
