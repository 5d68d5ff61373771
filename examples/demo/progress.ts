/** Shows the progress of an arm. */
import type { Tally } from "./run-arm.ts";

/** How often to print a line if stderr is not a terminal, in milliseconds. */
const interval = 2_000;
const barLength = 30;

/** Returns a function that shows a tally: a line that is updated on a terminal, a new line every 2 seconds elsewhere. */
export function progress(requests: number): (tally: Tally) => void {
  let last = performance.now();
  return (tally) => {
    const done = tally.durations.length;
    const isDone = done === requests;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${line(tally, requests)}${isDone ? "\n" : ""}`);
    else if (isDone || performance.now() - last >= interval) {
      last = performance.now();
      process.stderr.write(`${line(tally, requests)}\n`);
    }
  };
}

function line({ arm, durations, outcomes }: Tally, requests: number): string {
  const filled = Math.floor((durations.length / requests) * barLength);
  const bar = "#".repeat(filled).padEnd(barLength, ".");
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  return `${arm.name.padEnd(18)} [${bar}] ${durations.length}/${requests}  ${counts.join(", ")}`;
}
