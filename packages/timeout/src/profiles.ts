/** Time limits by use case. */

/** The limits of one use case, in milliseconds. */
export interface Profile {
  /** To open a connection, TLS included. Only a dispatcher or an agent can keep it: `fetch` takes no such limit. */
  readonly connect: number;
  /** From sending the request to the headers of its answer, where that is to be shorter than the time to the first content. */
  readonly headers?: number | undefined;
  /** From sending the request to the first content of its answer. */
  readonly firstContent: number;
  /** Between two pieces of content, while the reader waits. */
  readonly gap: number;
  /** The whole call: attempts, waits and body. */
  readonly total: number;
}

/** A use case that has limits of its own. */
export type ProfileName = "quick" | "standard" | "long" | "streaming" | "reasoning";

/**
 * The limits of each use case. The slowest first token in a day of measurements of ten current models came after 11.6 s, so that
 * 60 s is a stall and not a slow answer, but for models that think: those are silent for minutes.
 */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  quick: { connect: 5_000, firstContent: 10_000, gap: 10_000, total: 15_000 },
  standard: { connect: 10_000, firstContent: 60_000, gap: 30_000, total: 120_000 },
  long: { connect: 15_000, firstContent: 300_000, gap: 60_000, total: 600_000 },
  streaming: { connect: 10_000, firstContent: 60_000, gap: 30_000, total: 600_000 },
  reasoning: { connect: 15_000, firstContent: 300_000, gap: 300_000, total: 1_800_000 },
};
