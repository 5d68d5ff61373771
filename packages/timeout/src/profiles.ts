/** Time limits by use case. */

/** The limits of one use case, in ms. */
export interface Profile {
  /** To establish a connection, including TLS. Only a dispatcher or agent can enforce it: `fetch` has no such option. */
  readonly connect: number;
  /** From sending the request to the response headers, if that should be shorter than `firstContent`. */
  readonly headers?: number | undefined;
  /** From sending the request to the first content of the response. */
  readonly firstContent: number;
  /** Between two pieces of content, while a reader waits. */
  readonly gap: number;
  /** For the whole call: all attempts, waits and the body. */
  readonly total: number;
}

/** A use case with its own limits. */
export type ProfileName = "quick" | "standard" | "long" | "streaming" | "reasoning";

/**
 * The limits of each use case. In a day of measurements of ten current models the slowest first token came after 11.6 s, so 60 s
 * without content means a stall rather than a slow answer. Reasoning models are the exception: they can be silent for minutes.
 */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  quick: { connect: 5_000, firstContent: 10_000, gap: 10_000, total: 15_000 },
  standard: { connect: 10_000, firstContent: 60_000, gap: 30_000, total: 120_000 },
  long: { connect: 15_000, firstContent: 300_000, gap: 60_000, total: 600_000 },
  streaming: { connect: 10_000, firstContent: 60_000, gap: 30_000, total: 600_000 },
  reasoning: { connect: 15_000, firstContent: 300_000, gap: 300_000, total: 1_800_000 },
};
