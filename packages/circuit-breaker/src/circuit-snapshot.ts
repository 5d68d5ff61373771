/** Carries circuits from one process to another. */
import { checkNumber } from "@evenkeel/core";
import type { CircuitMemory, CircuitSettings } from "./circuit.ts";

/** What the circuits of a breaker remember, as plain JSON. Times are ms since the epoch. */
export interface CircuitSnapshot {
  /** The version of this format. */
  readonly version: 1;
  readonly circuits: readonly SavedCircuit[];
}

/** What one circuit remembers. */
export interface SavedCircuit {
  readonly key: string;
  /** A half-open circuit is saved as an open one whose time is over: wherever it is restored, the next call probes. */
  readonly state: CircuitMemory["state"];
  /** When it opened, or closed since. */
  readonly since: number;
  /** How long it opened last, in ms. */
  readonly openFor: number;
  /** How often it opened in a row. */
  readonly openings: number;
  /** The records of the trip conditions, in their order: each its kind, and what it remembers. */
  readonly trip: readonly { readonly kind: string; readonly memory: readonly number[] }[];
}

export function saveCircuits(
  circuits: Iterable<readonly [key: string, circuit: { readonly memory: CircuitMemory }]>,
  { trip }: CircuitSettings,
): CircuitSnapshot {
  const saved = Array.from(circuits, ([key, { memory }]): SavedCircuit => {
    const { records, ...rest } = memory;
    return { key, ...rest, trip: records.map((record, i) => ({ kind: trip[i]!.kind, memory: record.save() })) };
  });
  return { version: 1, circuits: saved };
}

/**
 * Reads all before anything is restored.
 * @throws {RangeError | TypeError} It is no snapshot, or one of other trip conditions; the message names the place.
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
  check(`${path}.state`, '"closed", "open" or "isolated"', state, ["closed", "open", "isolated"].includes(state));
  checkFinite(`${path}.since`, since);
  // Jitter may have made it longer than the longest that can be asked for.
  checkNumber(`${path}.openFor`, openFor, { max: Number.MAX_VALUE });
  checkFinite(`${path}.openings`, openings);
  check(`${path}.trip.length`, trip.length, kept?.length);
  const records = trip.map((condition, j) => {
    const { kind, memory } = kept[j] ?? {};
    check(`${path}.trip[${j}].kind`, JSON.stringify(condition.kind), kind, kind === condition.kind);
    check(`${path}.trip[${j}].memory`, "an array", memory, Array.isArray(memory));
    memory.forEach((number, k) => checkFinite(`${path}.trip[${j}].memory[${k}]`, number));
    const record = condition.start(clock);
    record.load(memory);
    return record;
  });
  // The clock of the process that wrote it may be ahead of ours: then what happened in our future has just happened.
  return [key, { state, since: Math.min(since, clock.now()), openFor, openings, records }];
}

function checkFinite(path: string, number: number): void {
  checkNumber(path, number, { max: Number.MAX_SAFE_INTEGER });
}

function check(path: string, rule: string | number, value: unknown, holds: boolean = value === rule): asserts holds {
  if (!holds) throw new TypeError(`Expected \`${path}\` to be ${rule}, got ${JSON.stringify(value)}`);
}
