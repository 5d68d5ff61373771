/** A client of an SDK with the fetch under test, and one without, before the same provider. */
import { resilientFetch, type ResilientFetchOptions } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import type { FaultServer } from "@evenkeel/testkit/server";
import type { Profile } from "@evenkeel/timeout";
import type { Client, Sdk, Setting } from "./sdk.ts";
import { tapped, type Tap } from "./tapped.ts";

/** Long enough for a busy machine, in milliseconds: only what a test waits for is shorter. */
const long = 20_000;

export interface Context<Chunk> extends AsyncDisposable {
  readonly server: FaultServer;
  /** The client with the fetch under test, and what that fetch was asked and answered. */
  readonly client: Client<Chunk>;
  readonly tap: Tap;
  /** The SDK alone. */
  readonly alone: Client<Chunk>;
  /** How many permits are held, and how many exchanges go on at the server. */
  readonly open: () => readonly [permits: number, exchanges: number];
}

export interface ContextOptions
  extends
    Partial<Pick<Setting, "retries" | "timeout">>,
    Pick<ResilientFetchOptions, "breaker" | "unreadTimeout" | "attemptLimit">,
    Partial<Pick<Profile, "firstContent" | "gap">> {
  /** Whether bodies are copied. @default false */
  readonly bodies?: boolean;
}

/** Connects both to a provider, which is closed with the context. The fetch retries once, at once. */
export function contextOf<Chunk>(
  sdk: Sdk<Chunk>,
  server: FaultServer,
  { retries = 0, timeout, firstContent = long, gap = long, bodies, ...options }: ContextOptions = {},
): Context<Chunk> {
  const { url } = server;
  const rateLimit = semaphore({ permits: 2 });
  const fetch = resilientFetch({
    ...options,
    rateLimit,
    retry: retry({ retries: 1, backoff: constant(0) }),
    profile: { connect: long, firstContent, gap, total: 60_000 },
  });
  const tap = tapped(fetch, { bodies });
  return {
    server,
    tap,
    client: sdk.connect({ url, retries, timeout, fetch: tap.fetch }),
    alone: sdk.connect({ url, retries, timeout }),
    open: () => [rateLimit.active(url), server.active],
    [Symbol.asyncDispose]: () => server.close(),
  };
}
