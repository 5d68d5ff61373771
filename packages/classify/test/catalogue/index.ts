import { anthropic } from "./anthropic.ts";
import { azureOpenai } from "./azure-openai.ts";
import type { Catalogue } from "./case.ts";
import { gemini } from "./gemini.ts";
import { byCode, byStatus, gateways } from "./generic.ts";
import { openai } from "./openai.ts";
import {
  bedrock,
  cohere,
  dashscope,
  deepseek,
  fireworks,
  groq,
  huggingFace,
  mistral,
  ollama,
  openrouter,
  perplexity,
  together,
  vllm,
  xai,
} from "./others.ts";

/** Every documented answer, by provider. */
export const catalogues: readonly Catalogue[] = [
  byStatus,
  byCode,
  gateways,
  openai,
  azureOpenai,
  anthropic,
  gemini,
  mistral,
  cohere,
  groq,
  together,
  fireworks,
  deepseek,
  xai,
  openrouter,
  bedrock,
  ollama,
  vllm,
  huggingFace,
  perplexity,
  dashscope,
];
