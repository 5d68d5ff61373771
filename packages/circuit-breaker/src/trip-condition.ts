/** The contract between a circuit and what decides that it must open. */
import type { Clock } from "@evenkeel/core";

/** Why a trip condition opened a circuit: a reason of this package's conditions, or one of your own. */
export type TripReason = "consecutive" | "failure-rate" | "slow-call-rate" | "timeout-rate" | (string & {});

/** What a call says about the upstream. A `timeout` is a failure as well. */
export type TripOutcome = "success" | "failure" | "timeout";

/** Decides when a circuit opens. A condition is stateless and shared by many circuits, each of which has its own record. */
export interface TripCondition {
  /** Identifies the kind of condition, so that a snapshot is restored only into a record of the same kind. */
  readonly kind: string;
  /** From how long on a call is slow, in ms until it settles. `Infinity` if that does not matter, which saves two reads of the clock. */
  readonly slowCallDuration: number;
  /** Starts a fresh record, for a circuit that is new or has just closed. */
  start(clock: Clock): TripRecord;
}

/** What a condition remembers of one circuit since it closed. All methods but `save` and `load` should be O(1), and none should set a timer. */
export interface TripRecord {
  /** Records a call, and returns why the circuit must open, if it must. `duration` is 0 if no condition has a `slowCallDuration`. */
  add(outcome: TripOutcome, duration: number): TripReason | undefined;
  /** Whether this record can be forgotten: it contains no failures or slow calls, or only old ones. */
  readonly isIdle: boolean;
  /** Returns what is remembered as finite numbers >= 0, with times in ms since the epoch. */
  save(): number[];
  /** Loads what a record of the same kind has saved into this fresh record. */
  load(saved: readonly number[]): void;
}
