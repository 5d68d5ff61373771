/** For how long it counts what was seen or heard of an upstream. */

/**
 * What an upstream did, or asked for, is out of date ten minutes later, in ms. Its last failure may be forgotten then, and a circuit
 * that nobody probed when it was due: memory must end. A longer `Retry-After` is not believed: nobody may lose an upstream to a header
 * that is wrong.
 */
export const staleAfter = 600_000;
