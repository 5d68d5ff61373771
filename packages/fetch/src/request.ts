/** Reads the arguments of `fetch` into one shape that can be sent more than once. */
import { untilAborted } from "@evenkeel/core";
import type { Profile } from "@evenkeel/timeout";
import type { SdkCaller } from "./sdk-caller.ts";

/** A function with the signature of `fetch`, without the properties that some runtimes add, such as Bun's `preconnect`. */
export type FetchFunction = (...args: Parameters<typeof fetch>) => ReturnType<typeof fetch>;

/** One logical request. */
export interface FetchRequest {
  readonly url: string;
  /** Everything but the signal: each attempt has its own. */
  readonly init: RequestInit;
  /** The fetch to send with. @default the global one, looked up at each attempt */
  readonly fetch?: FetchFunction | undefined;
  /** Whether the body can be sent again. */
  readonly replayable: boolean;
  /**
   * The commit point, from which on a stream is not sent again: its first content or, if it can be continued instead, its first event.
   * @default "content"
   */
  readonly commitsAt?: "content" | "event" | undefined;
  /** What the headers tell about the calling SDK. */
  readonly caller: SdkCaller;
  /** The time limits of this request. */
  readonly limits: Profile;
  /** Clock time, in ms, by which the whole call, body included, must have ended. */
  readonly endsAt: number;
}

/** The first argument of `fetch`. */
export type FetchInput = string | URL | Request;

/** The part of a request that the arguments of `fetch` determine. */
export type ReadRequest = Pick<FetchRequest, "url" | "init" | "replayable"> & {
  readonly signal: AbortSignal | undefined;
};

/** What to copy from a `Request` into an `init`: the fetch to send with may be of another realm, and not accept the `Request` itself. */
const copiedFields = [
  "method",
  "headers",
  "cache",
  "credentials",
  "integrity",
  "keepalive",
  "mode",
  "redirect",
  "referrer",
  "referrerPolicy",
  "signal",
] as const satisfies readonly (keyof Request)[];

/** Keeps each Request alive as long as its signal: in Node, that no longer follows the caller's once its Request was garbage-collected. */
const owners = new WeakMap<AbortSignal, Request>();

/**
 * Reads the arguments of `fetch`. Buffers the body of a `Request`, which can be read only once, and so returns a promise only for a
 * `Request`. That may also be the init: a relay sends on what it got by `fetch(url, request)`.
 */
export function readRequest(input: FetchInput, init?: RequestInit | null): ReadRequest | Promise<ReadRequest> {
  const given = init ?? {};
  const url = isRequest(input) ? input.url : String(input);
  if (isRequest(given)) return unpack(url, given, {});
  return isRequest(input) ? unpack(url, input, given) : withoutSignal(url, given);
}

/** Returns the method of a request, in capitals. */
export function methodOf({ method }: RequestInit): string {
  return (method ?? "GET").toUpperCase();
}

/** Accepts any value: if the URL is undefined, the error should come from `fetch`, not from here. */
function isRequest(input: FetchInput | RequestInit): input is Request {
  return "arrayBuffer" in Object(input);
}

async function unpack(url: string, request: Request, given: RequestInit): Promise<ReadRequest> {
  const init: RequestInit = Object.fromEntries(copiedFields.map((name) => [name, request[name]]));
  if (init.signal) owners.set(init.signal, request);
  if (init.mode === "navigate") delete init.mode; // not allowed in an init
  // As in `fetch`, an undefined member counts as absent, and a null body does not replace the Request's.
  for (const [name, value] of Object.entries(given)) if (value !== undefined) Object.assign(init, { [name]: value });
  init.body ??= await bodyOf(request, init.signal);
  return withoutSignal(url, init);
}

/** Reads the body to learn whether there is one, because not every browser has `request.body`. */
async function bodyOf(request: Request, signal?: AbortSignal | null): Promise<ArrayBuffer | null> {
  const reading = request.arrayBuffer();
  const body = await (signal ? untilAborted(reading, signal) : reading);
  return body.byteLength > 0 ? body : null;
}

function withoutSignal(url: string, { signal, ...init }: RequestInit): ReadRequest {
  return { url, init, replayable: isReplayable(init.body), signal: signal ?? undefined };
}

/** Strings, buffers, blobs and forms can be sent again. A web stream, a Node stream (old ones included) or an iterable is consumed. */
export function isReplayable(body: unknown): boolean {
  if (typeof body !== "object" || body === null) return true;
  return !("getReader" in body) && !("pipe" in body) && (!(Symbol.asyncIterator in body) || "arrayBuffer" in body);
}
