/** Sends a reply, step by step. */
import { untilAborted } from "@evenkeel/core";
import type { ServerResponse } from "node:http";
import { nextTurn, realPause } from "./real-pause.ts";
import { isBytes, type Action, type Reply } from "./reply.ts";
import type { Exchange } from "./seen-request.ts";

/** Sends a complete reply. Rejects as soon as the exchange is over, if that happens first. */
export async function sendReply(
  { status = 200, headers = {}, body }: Reply,
  response: ServerResponse,
  { request: { signal }, breakOff }: Exchange,
): Promise<void> {
  function head(): void {
    if (response.headersSent) return;
    // One by one, because `setHeader` replaces a header whose name differs only in case.
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.writeHead(status);
  }

  function act(action: Action): Promise<unknown> | void {
    switch (action.do) {
      case "headers":
        head();
        return response.flushHeaders();
      case "pause":
        return action.ms > 0 ? realPause(action.ms, signal) : nextTurn();
      case "raw":
        return void response.socket?.write(action.bytes);
      case "reset":
        breakOff();
        response.socket?.resetAndDestroy();
        return forever();
      case "cut":
        breakOff();
        response.socket?.destroySoon(); // still sends what was written
        return forever();
    }
  }

  // A pipelined request has no socket until the responses before it are sent, so there is no connection to break yet.
  if (!response.socket) await untilAborted(new Promise((resolve) => response.once("socket", resolve)), signal);
  for await (const step of body) {
    signal.throwIfAborted();
    if (isBytes(step)) {
      head();
      await untilAborted(new Promise((resolve) => response.write(step, resolve)), signal);
    } else {
      await untilAborted(Promise.resolve(act(step)), signal);
    }
  }
  head();
  response.end();
}

/** Waits until the exchange is over. */
function forever(): Promise<never> {
  return new Promise(() => {});
}
