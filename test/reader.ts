/** What the readers of an `@example` are taken to have: names that examples in comments use without saying where they come from. */
export { default as Anthropic } from "@anthropic-ai/sdk";
import { answer, faultServer } from "@evenkeel/testkit/server";
export { default as OpenAI } from "openai";

interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

/** An error that something threw. */
export const error: unknown = new Error("down");

/** Some work of the reader's. */
export async function ask(_signal?: AbortSignal): Promise<string> {
  return "An even keel.";
}

/** Completes a prompt. */
export async function complete(prompt: string, _options?: Abortable): Promise<string> {
  return `${prompt} An even keel.`;
}

/** An upstream of the reader's, which answers as every provider does. */
export const server = await faultServer({ respond: answer("An even keel.") });

/** Where it listens. */
export const target: { readonly port: number } = { port: server.port };

/** What it answered. */
export const response = new Response("An even keel.");
