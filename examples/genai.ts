/**
 * Google's SDK does not retry by default, and never a network failure: the fetch retries both.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   attempt 2 failed (network), another follows
 *   An even keel.
 */
import { resilientFetch } from "@evenkeel/fetch";
import { GoogleGenAI } from "@google/genai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("unavailable", "resetBeforeHeaders");

const client = new GoogleGenAI({
  apiKey: "none",
  apiVersion: "v1beta",
  httpOptions: { baseUrl: provider.url, fetch: resilientFetch({ emit: tell }) },
});

const { text } = await client.models.generateContent({
  model: "gemini-2.5-flash",
  contents: "What keeps a boat upright?",
});
console.log(text);
