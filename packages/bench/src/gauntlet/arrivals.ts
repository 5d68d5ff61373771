/** Random arrivals, like the calls of many independent users. */
import type { Clock, Random } from "@evenkeel/core";

export interface ArrivalOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The rate in calls per second, at a time in seconds from the start. 0 ends the arrivals. */
  readonly rate: (second: number) => number;
  /** How long calls arrive for, in seconds. */
  readonly seconds: number;
}

/** Calls `arrive` at the times of a Poisson process. Resolves when all promises that it returned have settled. */
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

/** Draws from an exponential distribution with this mean. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}
