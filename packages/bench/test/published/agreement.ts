/** Compares what we measured with what others did. */
import { estimate, type Estimate } from "../../src/gauntlet/summary.ts";

export interface Published {
  readonly mean: number;
  /** Its standard error, where it was told. */
  readonly error?: number | undefined;
  /** Of how many trials it is the mean; where its error was not told, it is taken to scatter as ours do. */
  readonly trials?: number | undefined;
  /** The unit of its last digit. */
  readonly digit: number;
}

export type Comparison = readonly [what: string, sample: readonly number[], published: Published];

/** Lists the comparisons in which the means differ by more than three standard errors of the difference, beside what rounding does. */
export function disagreements(comparisons: readonly Comparison[]): string[] {
  return comparisons.flatMap(([what, sample, published]) => {
    const own = estimate(sample);
    const error = published.error ?? own.error * Math.sqrt(sample.length / (published.trials ?? sample.length));
    const tolerance = 3 * Math.hypot(error, own.error) + published.digit / 2;
    if (Math.abs(own.mean - published.mean) <= tolerance) return [];
    return `${what}: ${show(own)}, published ${show({ mean: published.mean, error })}`;
  });
}

/** Compares a share of calls. By chance alone it scatters as a coin does, also where ours happened not to. */
export function compareShare(what: string, hits: readonly number[], mean: number): Comparison {
  const chance = Math.sqrt((mean * (1 - mean)) / hits.length);
  return [what, batches(hits), { mean, error: chance, digit: 0.0001 }];
}

/** The means of the parts of a long run: how they scatter tells how far its mean may be off, though neighbours resemble each other. */
export function batches(values: readonly number[], count = 25): number[] {
  const size = Math.floor(values.length / count);
  return Array.from({ length: count }, (_, i) => estimate(values.slice(i * size, (i + 1) * size)).mean);
}

function show({ mean, error }: Estimate): string {
  return `${mean.toPrecision(5)} ± ${error.toPrecision(2)}`;
}
