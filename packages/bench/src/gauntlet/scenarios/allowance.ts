/** A key that may send so many requests a second. */
import { healthyWork, type Stage } from "../scenario.ts";
import type { Behaviour } from "../provider.ts";

/** How many requests a key may send. */
export interface Allowance {
  readonly perSecond: number;
  /** How many it may send at once, after a while without any. */
  readonly atOnce: number;
}

/** A bucket of tokens. Beyond it, a request gets a 429 with the time until the next token, in whole seconds, as `Retry-After`. */
export function allowance({ perSecond, atOnce }: Allowance): (stage: Stage) => Behaviour {
  return ({ second, random }) => {
    let tokens = atOnce;
    let filledAt = 0;
    return () => {
      const now = second();
      tokens = Math.min(atOnce, tokens + perSecond * (now - filledAt));
      filledAt = now;
      if (tokens >= 1) {
        tokens--;
        return { takes: healthyWork(random), status: 200 };
      }
      const seconds = Math.ceil((1 - tokens) / perSecond);
      return { takes: 5, status: 429, headers: { "retry-after": `${seconds}` } };
    };
  };
}
