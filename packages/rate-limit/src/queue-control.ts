/** What users can see and control of any limiter's queue. */

/** The queue and the pause of each key. */
export interface QueueControl {
  /** Returns how many calls of the key are waiting. @default key "default" */
  waiting(key?: string): number;
  /** Returns how long the key stays paused, in ms; 0 if it is not paused. @default key "default" */
  pausedFor(key?: string): number;
  /**
   * Admits no call of the key for `ms` milliseconds from now. Never shortens a pause.
   * @throws {RangeError | TypeError} `ms` is not a number >= 0.
   */
  pause(key: string, ms: number): void;
  /** Ends the key's pause, whatever started it. Calls are then admitted in a slow start, unless `holdWhile` still holds them. */
  resume(key: string): void;
}
