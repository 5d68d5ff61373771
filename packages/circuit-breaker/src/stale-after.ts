/** For how long past observations of an upstream matter. */

/**
 * The age, in ms, at which observations of an upstream are out of date. A last failure may then be forgotten, and so may a circuit that
 * nobody has probed since it was due, so that memory stays bounded. A `Retry-After` beyond it is cut to it, so that a wrong header
 * cannot disable an upstream for good.
 */
export const staleAfter = 600_000;
