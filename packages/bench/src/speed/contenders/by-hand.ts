/** What the platform offers, put together by hand. */
import { answer, unlessAborted, type Operation } from "../bare.ts";
import type { Contender } from "../contender.ts";
import type { Timed } from "../operations.ts";

/** Settles as the operation does, or rejects when the signal aborts. */
function until(signal: AbortSignal, operation: Operation): Promise<number> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason);
    const stop = (): void => signal.removeEventListener("abort", giveUp);
    signal.addEventListener("abort", giveUp);
    unlessAborted(signal, operation).then(resolve, reject).finally(stop);
  });
}

const limited = (operation: Operation): Promise<number> => until(AbortSignal.timeout(30_000), operation);
const linked = (caller: AbortSignal, operation: Operation): Promise<number> =>
  until(AbortSignal.any([AbortSignal.timeout(30_000), caller]), operation);

function underCallersSignal(): Timed {
  const { signal } = new AbortController();
  return () => linked(signal, answer);
}

export const byHand: Contender = {
  name: "`AbortSignal.timeout` by hand",
  packages: [],
  does: { timeout: () => () => limited(answer), timeoutSignal: underCallersSignal },
  crowds: {
    pending: () => limited,
    pendingLinked() {
      const { signal } = new AbortController();
      return (operation) => linked(signal, operation);
    },
  },
};

/** Nothing around it: what the calls of a crowd cost by themselves. */
export const bare: Contender = {
  name: "bare",
  packages: [],
  does: {},
  crowds: {
    waiting: () => (operation) => operation(),
    pending: () => (operation) => operation(),
    pendingLinked: () => (operation) => operation(),
  },
};
