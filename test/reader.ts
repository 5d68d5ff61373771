/** Names that `@example` blocks use without declaring or importing them. */
export { default as Anthropic } from "@anthropic-ai/sdk";
import { answer, faultServer } from "@evenkeel/testkit/server";
export { default as OpenAI } from "openai";

interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

/** An error that something threw. */
export const error: unknown = new Error("down");

/** Some operation of the reader's. */
export async function ask(_signal?: AbortSignal): Promise<string> {
  return "An even keel.";
}

/** Completes a prompt. */
export async function complete(prompt: string, _options?: Abortable): Promise<string> {
  return `${prompt} An even keel.`;
}

/** An upstream of the reader's, which answers like any provider. */
export const server = await faultServer({ respond: answer("An even keel.") });

/** The port of the upstream. */
export const target: { readonly port: number } = { port: server.port };

/** A response of the upstream. */
export const response = new Response("An even keel.");
