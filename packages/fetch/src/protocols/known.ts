/** The streaming APIs that are recognised by their events. */
import { anthropicMessages } from "./anthropic-messages.ts";
import { bedrockConverse } from "./bedrock-converse.ts";
import { chatCompletions } from "./chat-completions.ts";
import { cohereChat } from "./cohere-chat.ts";
import { gemini } from "./gemini.ts";
import { ollama } from "./ollama.ts";
import type { Protocol } from "./protocol.ts";
import { responses } from "./responses.ts";
import { textGeneration } from "./text-generation.ts";

export const knownProtocols: readonly Protocol[] = [
  chatCompletions,
  responses,
  anthropicMessages,
  gemini,
  cohereChat,
  ollama,
  textGeneration,
  bedrockConverse,
];
