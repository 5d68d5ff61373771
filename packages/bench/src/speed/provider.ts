/**
 * A provider in a separate process, so that its work is not charged to the client. It writes the same chunks however busy the machine
 * is.
 */
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
const megabyte = Buffer.alloc(1_048_576);

/** Writes a thousand events, one each millisecond, like a fast model. */
function stream(response: ServerResponse): void {
  let left = 1_000;
  const timer = setInterval(() => {
    if (left-- > 0) response.write(event);
    else clearInterval(timer);
    if (left < 0) response.end(end);
  }, 1);
}

/** Writes the same events at once, like a cache, so that they arrive in a few chunks. */
function burst(response: ServerResponse): void {
  for (let left = 1_000; left > 0; left--) response.write(event);
  response.end(end);
}

/** Writes 64 MiB, as fast as they are read. */
function download(response: ServerResponse, left = 64): void {
  let more = left;
  while (more-- > 0) if (!response.write(megabyte)) return void response.once("drain", () => download(response, more));
  response.end();
}

function json(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" }).end(answer);
}

/** Sends the headers of a stream at once, as providers do. */
function streaming(write: (response: ServerResponse) => void): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    write(response);
  };
}

const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "/json": json,
  "/stream": streaming(stream),
  "/sdk/chat/completions": streaming(stream),
  "/burst": streaming(burst),
  "/download": (response) => download(response.writeHead(200, { "content-type": "application/octet-stream" })),
};

const server = createServer((request, response) => {
  request.resume().on("end", () => answers[request.url ?? ""]?.(response));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(typeof address === "object" ? address?.port : address);
});
process.once("disconnect", () => process.exit()); // even if the client crashed
