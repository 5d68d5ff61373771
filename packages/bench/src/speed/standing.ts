/** Says where ours is behind: behind what was aimed at, or behind a peer. */
import { isOurs } from "./marked.ts";

/** How everybody did in one row, and what ours aimed at. Less is better. */
export interface Standing {
  readonly what: string;
  readonly values: readonly { readonly contender: string; readonly value: number }[];
  readonly aim?: number | undefined;
  /** What ours pays for. */
  readonly why?: string | undefined;
  format(value: number): string;
}

/** The tables of one kind of measurement, and how ours stands in them. */
export interface Tables {
  readonly parts: readonly string[];
  readonly standings: readonly Standing[];
}

/** Returns a list of all that is behind, each with the reason. */
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
