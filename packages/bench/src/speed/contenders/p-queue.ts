/** A queue of promises. */
import PQueue from "p-queue";
import { answer } from "../bare.ts";
import type { Contender } from "../contender.ts";

export const pQueue: Contender = {
  name: "p-queue",
  packages: ["p-queue"],
  does: {
    semaphore() {
      const queue = new PQueue({ concurrency: 10 });
      return () => queue.add(answer);
    },
    tokenBucket() {
      const queue = new PQueue({ interval: 1_000, intervalCap: 1e9 });
      return () => queue.add(answer);
    },
    timeout() {
      const queue = new PQueue({ timeout: 30_000 });
      return () => queue.add(answer);
    },
  },
  crowds: {
    waiting() {
      const queue = new PQueue({ concurrency: 10 });
      return (operation) => queue.add(operation);
    },
  },
};
