/** A semaphore to acquire and release by hand. */
import { Sema } from "async-sema";
import { answer, type Operation } from "../bare.ts";
import type { Contender } from "../contender.ts";

function guard(sema: Sema): (operation: Operation) => Promise<number> {
  return async (operation) => {
    await sema.acquire();
    try {
      return await operation();
    } finally {
      sema.release();
    }
  };
}

export const asyncSema: Contender = {
  name: "async-sema",
  packages: ["async-sema"],
  does: {
    semaphore() {
      const guarded = guard(new Sema(10));
      return () => guarded(answer);
    },
  },
  crowds: { waiting: () => guard(new Sema(10)) },
};
