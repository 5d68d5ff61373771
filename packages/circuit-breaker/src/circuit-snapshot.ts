/** Saves the circuits of a breaker, and reads them back in another process. */
import { checkNumber, checkOneOf } from "@evenkeel/core";
import type { CircuitMemory, CircuitSettings } from "./circuit.ts";

/** The state of all circuits of a breaker, as plain JSON. Times are in ms since the epoch. */
export interface CircuitSnapshot {
  /** The version of this format. */
  readonly version: 1;
  readonly circuits: readonly SavedCircuit[];
}

/** The state of one circuit. */
export interface SavedCircuit {
  readonly key: string;
  /** A half-open circuit is saved as open, with its time over, so that the next call after it is restored is a probe. */
  readonly state: CircuitMemory["state"];
  /** When the circuit last opened or closed. */
  readonly since: number;
  /** How long the last opening was to last, in ms. */
  readonly openFor: number;
  /** How many times the circuit has opened in a row. */
  readonly openings: number;
  /** For each trip condition, in order: its kind and what it remembers. */
  readonly trip: readonly { readonly kind: string; readonly memory: readonly number[] }[];
}

export function saveCircuits(
  circuits: readonly (readonly [key: string, circuit: { readonly memory: CircuitMemory }])[],
  { trip }: CircuitSettings,
): CircuitSnapshot {
  const saved = circuits.map(([key, { memory }]): SavedCircuit => {
    const { records, ...rest } = memory;
    return { key, ...rest, trip: records.map((record, i) => ({ kind: trip[i]!.kind, memory: record.save() })) };
  });
  return { version: 1, circuits: saved };
}

/**
 * Reads and validates a whole snapshot, before anything is restored from it.
 * @throws {RangeError | TypeError} Not a valid snapshot, or one of other trip conditions. The message names the path.
 */
export function readCircuits(
  snapshot: CircuitSnapshot,
  settings: CircuitSettings,
): (readonly [key: string, memory: CircuitMemory])[] {
  check("snapshot.version", 1, snapshot?.version);
  check("snapshot.circuits", "an array", snapshot.circuits, Array.isArray(snapshot.circuits));
  return snapshot.circuits.map((saved, i) => readCircuit(`snapshot.circuits[${i}]`, saved, settings));
}

function readCircuit(
  path: string,
  saved: SavedCircuit,
  { trip, clock }: CircuitSettings,
): readonly [key: string, memory: CircuitMemory] {
  const { key, state, since, openFor, openings, trip: kept } = saved ?? {};
  check(`${path}.key`, "a string", key, typeof key === "string");
  checkOneOf(`${path}.state`, state, ["closed", "open", "isolated"]);
  checkFinite(`${path}.since`, since);
  // Jitter may have made it longer than the largest valid `openFor`.
  checkNumber(`${path}.openFor`, openFor, { max: Number.MAX_VALUE });
  checkFinite(`${path}.openings`, openings);
  check(`${path}.trip.length`, trip.length, kept?.length);
  const records = trip.map((condition, j) => {
    const { kind, memory } = { ...kept[j]! };
    checkOneOf(`${path}.trip[${j}].kind`, kind, [condition.kind]);
    check(`${path}.trip[${j}].memory`, "an array", memory, Array.isArray(memory));
    memory.forEach((number, k) => checkFinite(`${path}.trip[${j}].memory[${k}]`, number));
    const record = condition.start(clock);
    record.load(memory);
    return record;
  });
  // The clock of the writing process may be ahead of ours, so a time in our future counts as now.
  return [key, { state, since: Math.min(since, clock.now()), openFor, openings, records }];
}

function checkFinite(path: string, number: number): void {
  checkNumber(path, number, { max: Number.MAX_SAFE_INTEGER });
}

function check(path: string, rule: string | number, value: unknown, holds: boolean = value === rule): asserts holds {
  if (!holds) throw new TypeError(`Expected \`${path}\` to be ${rule}, got ${JSON.stringify(value)}`);
}
