/** A provider in a process of its own, so that its work is not counted as the client's. */
import { createServer, type ServerResponse } from "node:http";

const answer = JSON.stringify({
  choices: [{ index: 0, message: { role: "assistant", content: "Hello ".repeat(60) }, finish_reason: "stop" }],
});
const event = `data: ${JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "mock",
  choices: [{ index: 0, delta: { content: "hello" }, finish_reason: null }],
})}\n\n`;
const end = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;

/** Writes a thousand events, ten at a time. */
function stream(response: ServerResponse, left = 100): void {
  if (left === 0) return void response.end(end);
  response.write(event.repeat(10));
  setImmediate(() => stream(response, left - 1));
}

/** Writes 64 MiB, as fast as they are read. */
function download(response: ServerResponse, left = 1_024): void {
  let more = left;
  while (more-- > 0)
    if (!response.write(Buffer.alloc(65_536))) return void response.once("drain", () => download(response, more));
  response.end();
}

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    if (request.url === "/stream") stream(response.writeHead(200, { "content-type": "text/event-stream" }));
    else if (request.url === "/download")
      download(response.writeHead(200, { "content-type": "application/octet-stream" }));
    else response.writeHead(200, { "content-type": "application/json" }).end(answer);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(typeof address === "object" ? address?.port : address);
});
