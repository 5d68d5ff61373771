/** How long a circuit is remembered that nobody uses. */

/** A circuit may be forgotten so long after its last failure, or after it was due for a probe, in ms: memory must end, too. */
export const forgetAfter = 600_000;
