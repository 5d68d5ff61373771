/** Calls that come by chance, as those of many independent users do. */
import type { Clock, Random } from "@evenkeel/core";

export interface ArrivalOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Calls per second, at so many seconds from the start; 0 ends them. */
  readonly rate: (second: number) => number;
  /** For how long calls come, in seconds. */
  readonly seconds: number;
}

/** Calls `arrive` at the times of a Poisson process, and resolves when all that it returned has settled. */
export function arrivals(
  { clock, random, rate, seconds }: ArrivalOptions,
  arrive: (second: number) => Promise<unknown>,
): Promise<void> {
  const start = clock.now();
  let open = 1;
  return new Promise((resolve) => {
    const close = (): void => {
      if (--open === 0) resolve();
    };
    function come(): void {
      const second = (clock.now() - start) / 1_000;
      if (second >= seconds) return close();
      open++;
      arrive(second).then(close, close);
      planNext(second);
    }
    function planNext(second: number): void {
      const perSecond = rate(second);
      if (perSecond > 0) clock.after(exponential(random, 1_000 / perSecond), come);
      else close();
    }
    planNext(0);
  });
}

/** Draws from the exponential distribution with this mean. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}
