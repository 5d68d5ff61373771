/** A fetch with all layers but without the providers' tables, for where every kilobyte counts. */
import { classifier } from "@evenkeel/classify";
import { asFetch } from "../adapt.ts";
import { standardFetch, type ResilientFetchOptions } from "../standard-fetch.ts";

const generic = classifier();

/**
 * Returns the same as the `resilientFetch` of the package's main entry, but classifies failures only by what all providers have in common
 * and by the `provider` option, if given.
 * @example
 * import { resilientFetch } from "@evenkeel/fetch/generic";
 * const fetch = resilientFetch({ profile: "standard" });
 * @throws {RangeError | TypeError} An option is out of range.
 */
export function resilientFetch(options: ResilientFetchOptions = {}): typeof fetch {
  return asFetch(standardFetch(generic, options));
}
