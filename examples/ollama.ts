/**
 * Ollama on your own machine: a closed connection is retried, and a stream that ends before `done` is an error.
 *
 * Prints:
 *   attempt 1 failed (network), another follows
 *   An even keel.
 *   StreamError after the reader had "An ev"
 */
import { resilientFetch } from "@evenkeel/fetch";
import { faultServer, sequence, reset } from "@evenkeel/testkit/server";
import { Ollama } from "ollama";
import { tell } from "./setup/tell.ts";

const part = (content: string, done = false): string => `${JSON.stringify({ message: { content }, done })}\n`;
const headers = { "content-type": "application/x-ndjson" };
await using server = await faultServer({
  respond: sequence(
    { body: [reset] },
    { headers, body: [part("An ev"), part("en keel.", true)] },
    { headers, body: [part("An ev")] }, // the server was stopped without an error
  ),
});

const ollama = new Ollama({ host: server.url, fetch: resilientFetch({ emit: tell }) });

async function ask(): Promise<void> {
  let answer = "";
  try {
    const messages = [{ role: "user", content: "What keeps a boat upright?" }];
    const stream = await ollama.chat({ model: "llama3.2", messages, stream: true });
    for await (const { message } of stream) answer += message.content;
    console.log(answer);
  } catch (error) {
    console.log(`${(error as Error).name} after the reader had "${answer}"`);
  }
}
await ask();
await ask();
