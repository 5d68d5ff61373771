import type { Middleware } from "@evenkeel/core";

/** A layer that notes in `trace` when a call goes in and comes out. */
export function traced(name: string, trace: string[]): Middleware {
  return async (call, next) => {
    trace.push(`${name} in`);
    try {
      return await next(call);
    } finally {
      trace.push(`${name} out`);
    }
  };
}
