/** What decides that a circuit must open, apart from the machine that opens it. */
import type { Clock } from "@evenkeel/core";

/** Why a trip condition opens a circuit. */
export type TripReason = "consecutive" | "failure-rate" | "slow-call-rate" | "timeout-rate";

/** What a call said about the upstream. A `timeout` is a failure, too. */
export type TripOutcome = "success" | "failure" | "timeout";

/** Decides when a circuit opens. One condition serves many circuits, so it keeps no state: its records do. */
export interface TripCondition {
  /** Names the kind of the condition: a snapshot of one kind is no record of another. */
  readonly kind: string;
  /** How long a call takes to be slow, in ms until it settles; `Infinity` where nobody asks, which spares two looks at the clock. */
  readonly slowCallDuration: number;
  /** Starts the record of a circuit that has just closed. */
  start(clock: Clock): TripRecord;
}

/** What a condition remembers of one circuit since it closed. Every method but `save` and `load` is O(1), and none sets a timer. */
export interface TripRecord {
  /** Takes note of a call; `duration` is 0 where no condition asks. Returns why the circuit must open, if it must. */
  add(outcome: TripOutcome, duration: number): TripReason | undefined;
  /** Whether nothing bad is remembered, or nothing that is not old: to forget this record loses no failure that matters. */
  readonly isIdle: boolean;
  /** Returns what is remembered, as finite numbers >= 0 that mean the same in another process. */
  save(): number[];
  /** Takes over, into a fresh record, what another of the same kind has saved. */
  load(saved: readonly number[]): void;
}
