/** Plays a reply, step by step, onto a real response. */
import { untilAborted } from "@evenkeel/core";
import type { ServerResponse } from "node:http";
import { nextTurn, realPause } from "./real-pause.ts";
import { isBytes, type Action, type Reply } from "./reply.ts";
import type { Exchange } from "./seen-request.ts";

/** Sends a reply whole. Rejects as soon as the exchange is over before that. */
export async function sendReply(
  { status = 200, headers = {}, body }: Reply,
  response: ServerResponse,
  { request: { signal }, breakOff }: Exchange,
): Promise<void> {
  function head(): void {
    if (response.headersSent) return;
    // One by one, so that a name in capitals takes the place of the same in small letters.
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
        response.socket?.destroySoon(); // what was written still goes out
        return forever();
    }
  }

  // Of requests that came in one piece, each waits for its turn: before that, it has no connection that could break.
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

/** Only the end of the exchange ends this wait. */
function forever(): Promise<never> {
  return new Promise(() => {});
}
