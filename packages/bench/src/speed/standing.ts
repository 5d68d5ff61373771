/** Lists where this toolkit misses its target, or is slower than a peer. */
import { isOurs } from "./marked.ts";

/** The results of all contenders in one row, and our target. Less is better. */
export interface Standing {
  readonly what: string;
  readonly values: readonly { readonly contender: string; readonly value: number }[];
  readonly aim?: number | undefined;
  /** The reason why ours is slower. */
  readonly why?: string | undefined;
  format(value: number): string;
}

/** The tables of one kind of measurement, and their results. */
export interface Tables {
  readonly parts: readonly string[];
  readonly standings: readonly Standing[];
}

/** Returns a list of all rows in which ours is behind, each with the reason. */
export function behind(standings: readonly Standing[]): string {
  const lines = standings.flatMap(({ what, values, aim = Infinity, why, format }) => {
    const sorted = values.toSorted((a, b) => a.value - b.value);
    const own = sorted.find(({ contender }) => isOurs(contender))?.value;
    if (own === undefined) return [];
    const peer = sorted.find(({ contender }) => !isOurs(contender));
    const isPeerAhead = peer !== undefined && peer.value < own;
    if (own <= aim && !isPeerAhead) return [];
    const beside = [own > aim && `aimed at ${format(aim)}`, isPeerAhead && `${peer.contender} ${format(peer.value)}`];
    return `- **${what}**: ${format(own)}; ${beside.filter(Boolean).join(", ")}.${why ? ` ${why}` : ""}`;
  });
  return lines.length === 0 ? "Nothing is behind." : lines.join("\n");
}
