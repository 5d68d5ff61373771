/** A fetch with every layer on and no table but that of a provider that is said: for where every kilobyte counts. */
import { classifier } from "@evenkeel/classify";
import { asFetch } from "../adapt.ts";
import { standardFetch, type ResilientFetchOptions } from "../standard-fetch.ts";

const generic = classifier();

/**
 * Returns the same as the `resilientFetch` of the package's main entry, but judges failures by what all providers have in common, and
 * by the table of its `provider`, where one is said.
 * @example
 * import { resilientFetch } from "@evenkeel/fetch/generic";
 * const fetch = resilientFetch({ profile: "standard" });
 * @throws {RangeError | TypeError} An option is out of range.
 */
export function resilientFetch(options: ResilientFetchOptions = {}): typeof fetch {
  return asFetch(standardFetch(generic, options));
}
