/** Makes a fetch of layers: unpacks the request, runs the pipeline, and hands back a response. */
import { classifier, type Provider } from "@evenkeel/classify";
import {
  checkFunction,
  checkNumber,
  checkOneOf,
  systemClock,
  wrap,
  type Clock,
  type Emit,
  type MiddlewareFor,
} from "@evenkeel/core";
import { profiles, type Profile, type ProfileName } from "@evenkeel/timeout";
import { lower, type Refusals } from "./lower.ts";
import { profileOf } from "./profile-of.ts";
import { knownProtocols } from "./protocols/known.ts";
import type { Judges } from "./raise-options.ts";
import { readRequest, type FetchFunction, type FetchInput, type FetchRequest } from "./request.ts";
import { sdkCaller } from "./sdk-caller.ts";
import { send } from "./send.ts";

/** The fetches of ours that an init has passed already. A symbol, because a wrapper that makes the init anew copies it. */
const passed = Symbol("passed");

interface Passed extends RequestInit {
  [passed]?: readonly unknown[];
}

/** A layer of a fetch: one that serves any operation, or one that knows requests and responses. */
export type FetchLayer = MiddlewareFor<FetchRequest, Response>;

export interface FetchOptions {
  /** The fetch to send with. @default the global one, looked up at each attempt */
  readonly fetch?: FetchFunction | undefined;
  /** The time limits: a profile's name, limits of your own, or a function of the request. @default chosen from the request */
  readonly profile?: ProfileName | Profile | ((url: string, init: RequestInit) => ProfileName | Profile) | undefined;
  /** The table of the provider that answers, where its host does not tell: behind a gateway, or on a host of your own. @default by the host of the URL */
  readonly provider?: Provider | undefined;
  /** Names the upstream that a request loads: breaker, limiter and budget keep their state by it. @default the URL's origin */
  readonly key?: ((url: string, init: RequestInit) => string) | undefined;
  /** The units that a limiter charges for a request. @default 1 */
  readonly cost?: ((url: string, init: RequestInit) => number) | undefined;
  /** How a refusal of a layer reaches the caller: `"auto"` responds to SDKs that would retry a throw. @default "auto" */
  readonly refusals?: Refusals | undefined;
  /**
   * How many bytes of an answer are read at most before it is handed on, so that a failure up to the first content can be retried:
   * headers wait for the first content. Enough for a stream that echoes its instructions and tools first, as OpenAI's responses do
   * twice. 0 hands an answer on with its headers. @default 262_144
   */
  readonly peek?: number | undefined;
  /** How many bytes of an error body are read. @default 65_536 */
  readonly maxErrorBody?: number | undefined;
  /** For how many milliseconds an error body is read. @default 5_000 */
  readonly errorBodyTimeout?: number | undefined;
  /** For how many milliseconds a body may stay unread before it is given up. @default 60_000 */
  readonly unreadTimeout?: number | undefined;
  /** Whether pings and comments count as progress of a stream that was handed on: with `peek: 0` from its start. @default false */
  readonly pingsAreProgress?: boolean | undefined;
  /** Receives the events of all layers. @default none */
  readonly emit?: Emit | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
}

/** Is called as `fetch` is; a call may also bring the fetch to send with. */
export type AdaptedFetch = (input: FetchInput, init?: RequestInit, fetch?: FetchFunction) => Promise<Response>;

/** Hides what `fetch` has no place for: who calls with more arguments, as `map` does, means nothing by it. */
export function asFetch(adapted: AdaptedFetch): typeof fetch {
  return function resilientFetch(input, init) {
    return adapted(input, init);
  };
}

/** Makes a fetch of layers. `retries` tells whether a layer of ours retries, so that an SDK above should not. */
export function adapt(
  judges: Judges,
  layers: readonly FetchLayer[],
  retries: boolean,
  {
    fetch: inner,
    profile = profileOf,
    provider,
    key = originOf(),
    cost = () => 1,
    refusals = "auto",
    peek = 262_144,
    maxErrorBody = 65_536,
    errorBodyTimeout = 5_000,
    unreadTimeout = 60_000,
    pingsAreProgress = false,
    emit,
    clock = systemClock,
  }: FetchOptions = {},
): AdaptedFetch {
  if (inner !== undefined) checkFunction("fetch", inner);
  if (provider !== undefined) checkFunction("provider.host.test", provider?.host?.test);
  checkFunction("key", key);
  checkFunction("cost", cost);
  if (emit !== undefined) checkFunction("emit", emit);
  checkFunction("clock.after", clock?.after);
  checkNumber("peek", peek, { integer: true });
  checkNumber("maxErrorBody", maxErrorBody, { integer: true });
  checkNumber("errorBodyTimeout", errorBodyTimeout);
  checkNumber("unreadTimeout", unreadTimeout, { exclusive: true });
  checkOneOf("refusals", refusals, ["auto", "respond", "throw"]);
  const limitsOf = profile === profileOf ? profileOf : checked(profile);
  const judging: Judges = provider ? classifier({ ...provider, host: /(?:)/ }) : judges;

  const operation = send({
    ...judging,
    protocols: knownProtocols,
    clock,
    errorBody: { bytes: maxErrorBody, ms: errorBodyTimeout },
    peek,
    unread: unreadTimeout,
    pingsAreProgress,
  });
  const pipeline = wrap(operation, ...layers);
  const before = globalThis.fetch;

  return async function adapted(input, options?: Passed, fetch = inner) {
    const passedBefore = options?.[passed] ?? [];
    // It has come back: this is the global fetch, or below it, and to ask the global one again would never end.
    if (passedBefore.includes(adapted)) return before(input, options);
    const { url, init, signal, replayable } = await readRequest(input, options);
    if (globalThis.fetch !== before) (init as Passed)[passed] = [...passedBefore, adapted];
    // It loads no upstream. An SDK asks for an empty one to look at its response, which it leaves unread: that would keep a permit.
    if (/^(data|blob):/i.test(url)) return (fetch ?? globalThis.fetch)(url, { ...init, signal: signal ?? null });
    const caller = sdkCaller(init.headers);
    const chosen = limitsOf(url, init);
    const now = clock.now();
    const request: FetchRequest = { url, init, fetch, replayable, caller, limits: chosen, endsAt: now + chosen.total };
    try {
      return await pipeline(request, {
        signal,
        deadline: now + caller.limit,
        key: key(url, init),
        cost: cost(url, init),
        classify: judging.classify,
        emit,
      });
    } catch (error) {
      return lower(error, caller, refusals, retries);
    }
  };
}

/**
 * What is limited, and what fails, is a provider's server; what a fetch takes without one loads a single upstream. Most calls go where
 * the last one went: the URL is not parsed again.
 */
function originOf(): (url: string) => string {
  let last = "";
  let origin = "";
  return (url) => {
    if (url === last) return origin;
    last = url;
    const base = globalThis.location?.href; // in a browser a URL may be relative
    return (origin = URL.canParse(url, base) ? new URL(url, base).origin : "default");
  };
}

function checked(profile: NonNullable<FetchOptions["profile"]>): (url: string, init: RequestInit) => Profile {
  if (typeof profile === "function") return (url, init) => limits(profile(url, init));
  const fixed = limits(profile);
  return () => fixed;
}

function limits(profile: ProfileName | Profile): Profile {
  if (typeof profile === "string") {
    if (Object.hasOwn(profiles, profile)) return profiles[profile];
    const names = Object.keys(profiles).join(", ");
    throw new RangeError(`Expected \`profile\` to be one of ${names}, got ${JSON.stringify(profile)}`);
  }
  const { headers = Infinity, firstContent, gap, total } = profile ?? {}; // what a function returns may be anything
  for (const [name, limit] of Object.entries({ headers, firstContent, gap, total })) {
    checkNumber(`profile.${name}`, limit, { exclusive: true });
  }
  return profile;
}
