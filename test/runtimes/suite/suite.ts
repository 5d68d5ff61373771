/** The common suite: run as it is, in every runtime. */
import type { Cases, World } from "./case.ts";
import { failures } from "./failures.ts";
import { layers } from "./layers.ts";
import { resilientCases } from "./resilient.ts";

export const cases: Cases = {
  ...layers,
  ...failures,
  ...resilientCases,
  "no rejection goes unhandled": { act: unhandled, expected: [] },
};

/** How long a case may take, in milliseconds. */
const limit = 15_000;

const rejections = new Map<Promise<unknown>, string>();

/** Runs all cases, and returns what came of each. */
export async function suite(world: World): Promise<Record<string, unknown>> {
  // The runtimes for servers end a program that leaves a rejection unhandled; the others tell.
  const listening = (globalThis as Partial<typeof globalThis>).addEventListener?.bind(globalThis);
  listening?.("unhandledrejection", ({ promise, reason }) => void rejections.set(promise, String(reason)));
  // Workers of 2024 are told before whoever awaits it has had his turn.
  listening?.("rejectionhandled", ({ promise }) => void rejections.delete(promise));
  const outcomes: Record<string, unknown> = {};
  for (const [name, { act }] of Object.entries(cases)) outcomes[name] = await outcomeOf(() => act(world));
  return outcomes;
}

async function outcomeOf(act: () => unknown): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, limit, `Still pending after ${limit} ms`)));
  try {
    return await Promise.race([act(), late]);
  } catch (error) {
    return `${String(error)}${error instanceof Error ? `\n${error.stack}` : ""}`;
  } finally {
    clearTimeout(timer);
  }
}

/** The last case: what was left behind had time to be noticed. */
async function unhandled(): Promise<string[]> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return [...rejections.values()];
}
