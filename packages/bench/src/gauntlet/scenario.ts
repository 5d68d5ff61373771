/** What contenders go through. */
import type { Random } from "@evenkeel/core";
import type { Limits } from "./contender.ts";
import type { Behaviour } from "./provider.ts";

/** A time in seconds from the start. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a provider's behaviour may look at. */
export interface Stage {
  /** Seconds from the start. */
  readonly second: () => number;
  readonly random: Random;
}

export interface Scenario {
  readonly name: string;
  /** What happens, in one line. */
  readonly story: string;
  /** For how many seconds calls come. */
  readonly seconds: number;
  /** Calls per second at so many seconds from the start. */
  readonly rate: (second: number) => number;
  readonly limits: Limits;
  /** When there is trouble, if it begins and ends. */
  readonly trouble?: Span | undefined;
  /** How long a message is on its way on average, in ms. @default 20 */
  readonly network?: number | undefined;
  behave(stage: Stage): Behaviour;
}

/** Whether a time lies within. */
export function isWithin({ from, to }: Span, second: number): boolean {
  return second >= from && second < to;
}

/** Draws how long a healthy provider takes: a second in the median, five in the worst of ten thousand. */
export function healthyWork(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return 1_000 * Math.exp(0.4 * normal);
}
