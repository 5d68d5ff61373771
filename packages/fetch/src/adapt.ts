/** Turns layers into a fetch: reads the request, runs the pipeline, and returns a response. */
import { classifier, type Provider } from "@evenkeel/classify";
import {
  checkFunction,
  checkNumber,
  checkOneOf,
  checkOptions,
  systemClock,
  wrap,
  type Clock,
  type Emit,
  type MiddlewareFor,
} from "@evenkeel/core";
import { profiles, type Profile, type ProfileName } from "@evenkeel/timeout";
import { lower, type Refusals } from "./lower.ts";
import { profileOf } from "./profile-of.ts";
import type { FetchClassifier } from "./raise-options.ts";
import { readRequest, type FetchFunction, type FetchInput, type FetchRequest } from "./request.ts";
import { sdkCaller } from "./sdk-caller.ts";
import { send } from "./send.ts";

/** Lists our fetches that an init has already passed through. A symbol, so that a wrapper that copies the init copies it too. */
const passedThrough = Symbol("passedThrough");

interface MarkedInit extends RequestInit {
  [passedThrough]?: readonly unknown[];
}

/** A layer of a fetch: middleware for any operation, or for requests and responses in particular. */
export type FetchLayer = MiddlewareFor<FetchRequest, Response>;

export interface FetchOptions {
  /** The fetch to send with. @default the global one, looked up at each attempt */
  readonly fetch?: FetchFunction | undefined;
  /** The time limits: a profile's name, limits of your own in ms, or a function that returns either. @default chosen from the request */
  readonly profile?: ProfileName | Profile | ((url: string, init: RequestInit) => ProfileName | Profile) | undefined;
  /** The provider that answers, where the host does not identify it: behind a gateway, or on a host of your own. @default by the host of the URL */
  readonly provider?: Provider | undefined;
  /** Identifies the upstream of a request. Breaker, limiter and budget keep separate state for each key. @default the URL's origin */
  readonly key?: ((url: string, init: RequestInit) => string) | undefined;
  /** How many units a limiter charges for a request. @default 1 */
  readonly cost?: ((url: string, init: RequestInit) => number) | undefined;
  /**
   * How a layer's refusal reaches the caller: as an error response, or thrown. `"auto"` responds to SDKs that can be told in a response
   * not to retry, and throws to all other callers. @default "auto"
   */
  readonly refusals?: Refusals | undefined;
  /**
   * How many bytes of an answer to read before handing it on; the last chunk is read whole. Until its first content an answer is held
   * back, headers included, so that a failure can be retried. The default has room for a stream that first echoes its instructions and
   * tools, as OpenAI's responses do twice. 0 hands an answer on as soon as its headers arrive. @default 262_144
   */
  readonly peek?: number | undefined;
  /** How many bytes of an error body to read; the last chunk is read whole. @default 65_536 */
  readonly maxErrorBody?: number | undefined;
  /** How long to read an error body, in milliseconds. @default 5_000 */
  readonly errorBodyTimeout?: number | undefined;
  /** How long a body may go unread before it is cancelled, in milliseconds. @default 60_000 */
  readonly unreadTimeout?: number | undefined;
  /** Whether pings and comments count as progress between two pieces of content and, with `peek: 0`, before the first. @default false */
  readonly pingsAreProgress?: boolean | undefined;
  /** Receives the events of all layers. `FetchEvent` is their union, to annotate its parameter with. @default none */
  readonly emit?: Emit | undefined;
  /** The source of time. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** Takes the arguments of `fetch`, and optionally the fetch to send with. */
export type AdaptedFetch = (input: FetchInput, init?: RequestInit, fetch?: FetchFunction) => Promise<Response>;

/** Drops the third argument, which `fetch` does not have: `urls.map(fetch)` passes one too. */
export function asFetch(adapted: AdaptedFetch): typeof fetch {
  return function resilientFetch(input, init) {
    return adapted(input, init);
  };
}

/**
 * Turns layers into a fetch.
 * @param retries Whether one of the layers retries, so that an SDK above should not.
 */
export function adapt(
  defaultClassifier: FetchClassifier,
  layers: readonly FetchLayer[],
  retries: boolean,
  {
    fetch: inner,
    profile = profileOf,
    provider,
    key = originKey(),
    cost = () => 1,
    refusals = "auto",
    peek = 262_144,
    maxErrorBody = 65_536,
    errorBodyTimeout = 5_000,
    unreadTimeout = 60_000,
    pingsAreProgress = false,
    emit,
    clock = systemClock,
  }: FetchOptions,
): AdaptedFetch {
  if (inner !== undefined) checkFunction("fetch", inner);
  checkOptions(provider, "provider");
  if (provider !== undefined) checkFunction("provider.host.test", provider?.host?.test);
  checkFunction("key", key);
  checkFunction("cost", cost);
  if (emit !== undefined) checkFunction("emit", emit);
  checkNumber("peek", peek, { integer: true });
  checkNumber("maxErrorBody", maxErrorBody, { integer: true });
  checkNumber("errorBodyTimeout", errorBodyTimeout);
  checkNumber("unreadTimeout", unreadTimeout, { exclusive: true });
  checkOneOf("refusals", refusals, ["auto", "respond", "throw"]);
  const limitsOf = profile === profileOf ? profileOf : limitsFrom(profile);
  const ownClassifier: FetchClassifier = provider ? classifier({ ...provider, host: /(?:)/ }) : defaultClassifier;

  const operation = send({
    ...ownClassifier,
    peek,
    maxErrorBody,
    errorBodyTimeout,
    unreadTimeout,
    pingsAreProgress,
    clock,
  });
  const pipeline = wrap(operation, ...layers);
  const before = globalThis.fetch;

  return async function adapted(input, options?: MarkedInit, fetch = inner) {
    const passed = options?.[passedThrough] ?? [];
    // The request has come back, because this is the global fetch, or below it. To send with the global one again would never end.
    if (passed.includes(adapted)) return before(input, options);
    const { url, init, signal, replayable } = await readRequest(input, options);
    if (globalThis.fetch !== before) (init as MarkedInit)[passedThrough] = [...passed, adapted];
    // No upstream serves these. SDKs fetch an empty one to inspect the response and never read it, so a permit would not be returned.
    if (/^(data|blob):/i.test(url)) return (fetch ?? globalThis.fetch)(url, { ...init, signal: signal ?? null });
    const caller = sdkCaller(init.headers);
    const limits = limitsOf(url, init);
    const now = clock.now();
    const request: FetchRequest = { url, init, fetch, replayable, caller, limits, endsAt: now + limits.total };
    try {
      return await pipeline(request, {
        signal,
        deadline: now + caller.limit,
        key: key(url, init),
        cost: cost(url, init),
        classify: ownClassifier.classify,
        emit,
      });
    } catch (error) {
      return lower(error, caller, refusals, retries);
    }
  };
}

/**
 * Returns the default `key`: a URL's origin, since limits and outages are those of a server, or `"default"` for what is not a URL.
 * Most calls repeat the last URL, which is not parsed again.
 */
function originKey(): (url: string) => string {
  let last = "";
  let origin = "";
  return (url) => {
    if (url === last) return origin;
    last = url;
    const base = globalThis.location?.href; // in a browser a URL may be relative
    return (origin = URL.canParse(url, base) ? new URL(url, base).origin : "default");
  };
}

function limitsFrom(profile: NonNullable<FetchOptions["profile"]>): (url: string, init: RequestInit) => Profile {
  if (typeof profile === "function") return (url, init) => checkProfile(profile(url, init));
  const fixed = checkProfile(profile);
  return () => fixed;
}

function checkProfile(profile: ProfileName | Profile): Profile {
  if (typeof profile === "string") {
    if (Object.hasOwn(profiles, profile)) return profiles[profile];
    const names = Object.keys(profiles).join(", ");
    throw new RangeError(`Expected \`profile\` to be one of ${names}, got ${JSON.stringify(profile)}`);
  }
  const { headers = Infinity, firstContent, gap, total } = profile ?? {}; // a user's function may return anything
  for (const [name, limit] of Object.entries({ headers, firstContent, gap, total })) {
    checkNumber(`profile.${name}`, limit, { exclusive: true });
  }
  return profile;
}
