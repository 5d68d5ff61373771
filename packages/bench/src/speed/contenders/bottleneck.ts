/** A scheduler of jobs. */
import Bottleneck from "bottleneck";
import { answer } from "../bare.ts";
import type { Contender } from "../contender.ts";
import type { Timed } from "../operations.ts";

function around(options: Bottleneck.ConstructorOptions, job: Bottleneck.JobOptions = {}): Timed {
  const limiter = new Bottleneck(options);
  return () => limiter.schedule(job, answer);
}

export const bottleneck: Contender = {
  name: "bottleneck",
  packages: ["bottleneck"],
  does: {
    semaphore: () => around({ maxConcurrent: 10 }),
    tokenBucket: () => around({ reservoir: 1e9 }),
    timeout: () => around({}, { expiration: 30_000 }),
  },
  crowds: {
    waiting() {
      const limiter = new Bottleneck({ maxConcurrent: 10 });
      return (operation) => limiter.schedule(operation);
    },
  },
};
