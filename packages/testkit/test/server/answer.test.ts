import { afterEach, beforeEach, expect, test } from "vitest";
import { answer, faultServer, type FaultServer } from "../../src/server/index.ts";

let server: FaultServer;
beforeEach(async () => {
  server = await faultServer({ respond: answer("Hello there.") });
});
afterEach(() => server.close());

async function chunksOf(body: object): Promise<Record<string, unknown>[]> {
  const url = `${server.url}/v1/chat/completions`;
  const response = await fetch(url, { method: "POST", body: JSON.stringify({ stream: true, ...body }) });
  const data = (await response.text()).match(/(?<=^data: )\{.*/gm) ?? [];
  return data.map((json) => JSON.parse(json) as Record<string, unknown>);
}

test("a stream of chat completions tells its usage to who asked for it, in a last chunk without a choice", async () => {
  const chunks = await chunksOf({ stream_options: { include_usage: true } });
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
  expect(chunks.pop()).toMatchObject({ choices: [], usage });
  expect(chunks).toHaveLength(4);
  for (const chunk of chunks) expect(chunk).toMatchObject({ choices: [{ index: 0 }], usage: null });
});

test("a stream of chat completions does not tell its usage to who did not ask", async () => {
  const chunks = await chunksOf({ stream_options: { include_usage: false } });
  expect(chunks).toHaveLength(4);
  for (const chunk of chunks) expect(chunk).not.toHaveProperty("usage");
});

test("a message of Anthropic has no `citations` unless it cites something: AI SDK 6 refuses null", async () => {
  const response = await fetch(`${server.url}/v1/messages`, { method: "POST", body: "{}" });
  const { content } = (await response.json()) as { content: unknown };
  expect(content).toEqual([{ type: "text", text: "Hello there." }]);
});
