/** The retry loop that is built into OpenAI's SDK. */
import OpenAI from "openai";
import { prompt, textOf, type Contender } from "../contender.ts";

/** OpenAI's SDK with its defaults: two retries, with waits of 0.5 s to 8 s. */
export const openai: Contender = {
  name: "openai",
  packages: ["openai"],
  settings: "its defaults (`maxRetries: 2`); `timeout` is the attempt's limit",
  start({ fetch, limits }) {
    const client = new OpenAI({ apiKey: "key", baseURL: "https://provider.test/v1", fetch, timeout: limits.attempt });
    return async (signal) => textOf(await client.chat.completions.create(prompt, { signal }));
  },
};
