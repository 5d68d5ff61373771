/** A provider in a separate process. It streams until its caller disconnects, or until it is told to end some streams and cut others. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const open = new Map<ServerResponse, string>();
const chunk = {
  object: "chat.completion.chunk",
  choices: [{ index: 0, delta: { content: "word " }, finish_reason: null }],
};
const event = `data: ${JSON.stringify(chunk)}\n\n`;

const server = createServer((request, response) => {
  open.set(response, new URL(request.url ?? "/", "http://localhost").searchParams.get("fate") ?? "");
  response.on("close", () => open.delete(response));
  response.writeHead(200, { "content-type": "text/event-stream" }).write(event);
  request.resume();
});

setInterval(() => open.forEach((_, response) => response.write(event)), 1_000);

const acts: Readonly<Record<string, (response: ServerResponse) => void>> = {
  ends: (response) => void response.end("data: [DONE]\n\n"),
  "is cut": (response) => void response.destroy(),
};
process.on("message", () => open.forEach((fate, response) => acts[fate]?.(response)));
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
