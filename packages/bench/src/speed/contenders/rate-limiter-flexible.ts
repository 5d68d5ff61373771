/** A rate limiter with many stores, here in memory. */
import { RateLimiterMemory } from "rate-limiter-flexible";
import { answer } from "../bare.ts";
import type { Contender } from "../contender.ts";

export const rateLimiterFlexible: Contender = {
  name: "rate-limiter-flexible",
  packages: ["rate-limiter-flexible"],
  does: {
    tokenBucket() {
      const limiter = new RateLimiterMemory({ points: 1e9, duration: 1 });
      return async () => {
        await limiter.consume("default");
        return answer();
      };
    },
  },
};
