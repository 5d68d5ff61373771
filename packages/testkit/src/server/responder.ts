/** Functions that answer requests. */
import { checkNumber } from "@evenkeel/core";
import type { Reply } from "./reply.ts";
import type { SeenRequest } from "./seen-request.ts";

/** Returns the reply to a request. */
export type Responder = (request: SeenRequest) => Reply | Promise<Reply>;

/**
 * Answers the first request with the first reply, the second with the second, and so on. The last one repeats.
 * @throws {RangeError} No replies are given.
 */
export function sequence(...replies: readonly (Reply | Responder)[]): Responder {
  checkNumber("replies.length", replies.length, { min: 1 });
  let next = 0;
  return (request) => {
    const reply = replies[Math.min(next++, replies.length - 1)]!;
    return typeof reply === "function" ? reply(request) : reply;
  };
}
