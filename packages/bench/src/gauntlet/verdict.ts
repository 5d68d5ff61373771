/** Compares the toolkit with its peers in a sentence. */
import type { Summary } from "./summary.ts";

/** The contenders to compare. */
export interface Field {
  /** The toolkit's contender. */
  readonly ours: string;
  /** The peers with the same information. */
  readonly peers: readonly string[];
  /** The peers with more information. */
  readonly advantaged?: readonly string[] | undefined;
}

/** The most requests per call that a contender may send in order to be compared. */
export const acceptableLoad = 1.3;

/** The largest relative distance to the best that still counts as level. */
const level = 0.02;

/**
 * Compares the goodput of the contenders that never collapse and do not send too many requests. Contenders with more goodput that are
 * excluded from the comparison are listed with the reason.
 */
export function verdict(summaries: readonly Summary[], { ours, peers, advantaged = [] }: Field): string | undefined {
  const own = summaries.find(({ contender }) => contender === ours);
  const best = summaries
    .filter((each) => peers.includes(each.contender) && isComparable(each))
    .toSorted((a, b) => b.goodput.mean - a.goodput.mean)[0];
  if (!own || !best) return undefined;
  const behind = 1 - own.goodput.mean / best.goodput.mean;
  const place = !isComparable(own)
    ? "**not comparable**"
    : behind <= 0
      ? "the best"
      : behind <= level
        ? "level with the best"
        : "**behind the best**";
  const isAhead = (each: Summary): boolean => Number(share(each)) > Number(share(own));
  const leftOut = summaries.flatMap((each) => {
    const why = advantaged.includes(each.contender)
      ? "knows the concurrency limit"
      : peers.includes(each.contender) && flaw(each);
    return why && isAhead(each) ? `${each.contender} ${share(each)} % (${why})` : [];
  });
  const more = leftOut.length > 0 ? ` Higher, but not compared: ${leftOut.join(", ")}.` : "";
  return `${ours} is ${place}: ${share(own)} %; best peer: ${best.contender}, ${share(best)} %.${more}`;
}

/** Returns why a contender is excluded from the comparison, if it is. */
function flaw({ collapsed, runs, load }: Summary): string | undefined {
  if (collapsed > 0) return `collapsed in ${collapsed} of ${runs} runs`;
  return load.mean > acceptableLoad ? `${load.mean.toFixed(2)} requests per call` : undefined;
}

/** Whether a contender neither collapsed nor sent too many requests. */
export function isComparable(each: Summary): boolean {
  return flaw(each) === undefined;
}

function share({ goodput }: Summary): string {
  return (100 * goodput.mean).toFixed(1);
}
