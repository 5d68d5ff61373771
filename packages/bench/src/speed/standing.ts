/** Shows where this toolkit stands next to its targets and the best of its peers, and why it is behind. */
import { table } from "../gauntlet/table.ts";
import { isOurs } from "./marked.ts";

/** The results of all contenders in one row, and our target. Less is better. */
export interface Standing {
  readonly what: string;
  readonly values: readonly { readonly contender: string; readonly value: number }[];
  readonly aim?: number | undefined;
  /** The reason why ours is slower. */
  readonly why: string;
  format(value: number): string;
}

/** The tables of one kind of measurement, and their results. */
export interface Tables {
  readonly parts: readonly string[];
  readonly standings: readonly Standing[];
}

/** Ours in a row, and the best of the peers. */
interface Place extends Standing {
  readonly own: number;
  readonly best: Standing["values"][number] | undefined;
  readonly isMissed: boolean;
  readonly isBeaten: boolean;
}

function placesOf(standings: readonly Standing[]): Place[] {
  return standings.flatMap((standing) => {
    const sorted = standing.values.toSorted((a, b) => a.value - b.value);
    const own = sorted.find(({ contender }) => isOurs(contender))?.value;
    const best = sorted.find(({ contender }) => !isOurs(contender));
    if (own === undefined) return [];
    return {
      ...standing,
      own,
      best,
      isMissed: own > (standing.aim ?? Infinity),
      isBeaten: own > (best?.value ?? Infinity),
    };
  });
}

/** Returns a table of all rows, in which what ours does not reach is bold. */
export function overview(standings: readonly Standing[]): string {
  const rows = placesOf(standings).map(({ what, own, aim, best, isMissed, isBeaten, format }) => {
    const aimed = aim === undefined ? "" : format(aim);
    const peer = best ? `${best.contender} ${format(best.value)}` : "";
    return [what, format(own), isMissed ? `**${aimed}**` : aimed, isBeaten ? `**${peer}**` : peer];
  });
  return table(["", "evenkeel", "aimed at", "best peer"], rows);
}

/** Returns a list of the reasons why ours is behind, each with its rows. */
export function reasons(standings: readonly Standing[]): string {
  const behind = placesOf(standings).filter(({ isMissed, isBeaten }) => isMissed || isBeaten);
  const lines = [...new Set(behind.map(({ why }) => why))].map((why) => {
    const rows = new Set(behind.filter((row) => row.why === why).map(({ what }) => what));
    return `- **${[...rows].join("; ")}**: ${why}`;
  });
  return lines.length === 0 ? "Nothing is behind." : lines.join("\n");
}
