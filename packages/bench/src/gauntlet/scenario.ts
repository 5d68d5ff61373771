/** The scenarios that contenders go through. */
import type { Random } from "@evenkeel/core";
import type { Limits } from "./contender.ts";
import type { Behaviour } from "./provider.ts";

/** A time in seconds from the start. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a provider's behaviour can depend on. */
export interface Stage {
  /** Seconds from the start. */
  readonly second: () => number;
  readonly random: Random;
}

export interface Scenario {
  readonly name: string;
  /** What happens, in one line. */
  readonly story: string;
  /** How long calls arrive for, in seconds. */
  readonly seconds: number;
  /** The rate in calls per second, at a time in seconds from the start. */
  readonly rate: (second: number) => number;
  readonly limits: Limits;
  /** How many processes share the calls, in turn. Each has a contender of its own. @default 1 */
  readonly processes?: number | undefined;
  /** When the trouble begins and ends, if it does. */
  readonly trouble?: Span | undefined;
  /** The mean network latency of a message, in ms. @default 20 */
  readonly network?: number | undefined;
  behave(stage: Stage): Behaviour;
}

/** Tells whether a time is within a span. */
export function isWithin({ from, to }: Span, second: number): boolean {
  return second >= from && second < to;
}

/** Draws how long a healthy provider takes, in ms: one second in the median, about five in the worst of 10,000. */
export function healthyWork(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return 1_000 * Math.exp(0.4 * normal);
}
