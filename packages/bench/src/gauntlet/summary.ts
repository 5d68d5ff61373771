/** The results of many runs of one contender in one scenario. */
import { median } from "../median.ts";
import { bins, type Outcome } from "./outcome.ts";

/** A mean, with its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

export interface Summary {
  readonly scenario: string;
  readonly contender: string;
  readonly runs: number;
  /** The share of calls that were answered in time. */
  readonly goodput: Estimate;
  /** Upstream requests per call. */
  readonly load: Estimate;
  /** The same during the trouble. */
  readonly loadInTrouble: Estimate | undefined;
  /** The latency of answered calls, in seconds: medians over the runs. */
  readonly p50: number;
  readonly p99: number;
  /** Answers that reached nobody, per 1,000 calls. */
  readonly wasted: Estimate;
  /** Seconds from the end of the trouble until calls are answered again: the median over the runs. */
  readonly recovery: number | undefined;
  /** How many runs collapsed. */
  readonly collapsed: number;
  /** Means over the runs, for each bin of the scenario's time. */
  readonly answered: readonly number[];
  readonly requests: readonly number[];
}

/** Summarises the runs of one contender in one scenario. */
export function summary(scenario: string, contender: string, outcomes: readonly Outcome[]): Summary {
  const each = (pick: (outcome: Outcome) => number): number[] => outcomes.map(pick);
  const inTrouble = outcomes.flatMap(({ loadInTrouble }) => loadInTrouble ?? []);
  const recoveries = outcomes.flatMap(({ recovery }) => recovery ?? []);
  const meanOfBin = (pick: (outcome: Outcome) => readonly number[]): number[] =>
    Array.from(
      { length: bins },
      (_, bin) => estimate(each((outcome) => pick(outcome)[bin]!).filter((value) => value >= 0)).mean,
    );

  return {
    scenario,
    contender,
    runs: outcomes.length,
    goodput: estimate(each(({ goodput }) => goodput)),
    load: estimate(each(({ load }) => load)),
    loadInTrouble: inTrouble.length > 0 ? estimate(inTrouble) : undefined,
    p50: median(each(({ p50 }) => p50)),
    p99: median(each(({ p99 }) => p99)),
    wasted: estimate(each(({ wasted }) => wasted)),
    recovery: recoveries.length > 0 ? median(recoveries) : undefined,
    collapsed: outcomes.filter(({ collapsed }) => collapsed).length,
    answered: meanOfBin(({ answered }) => answered),
    requests: meanOfBin(({ requests }) => requests),
  };
}

/** Estimates the mean of the distribution that the values are a sample of. */
export function estimate(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: values.length > 1 ? Math.sqrt(squares / (values.length - 1) / values.length) : 0 };
}
