/** Ollama, on its own port or in its cloud: github.com/ollama/ollama, server/routes.go. */
import type { Provider } from "../provider.ts";

export const ollama: Provider<"ollama"> = {
  name: "ollama",
  host: /:11434$|(^|\.)ollama\.com$/,
  texts: [[/not found, try pulling/i, "not-found"]],
};
