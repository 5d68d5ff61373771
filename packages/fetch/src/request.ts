/** What `fetch` was called with, in one shape that can be sent more than once. */
import { untilAborted } from "@evenkeel/core";
import type { Profile } from "@evenkeel/timeout";
import type { SdkCaller } from "./sdk-caller.ts";

/** Any function that sends as `fetch` does: some runtimes give theirs properties, as Bun its `preconnect`, that one of yours need not have. */
export type FetchFunction = (...args: Parameters<typeof fetch>) => ReturnType<typeof fetch>;

/** One logical request. */
export interface FetchRequest {
  readonly url: string;
  /** Everything but the signal, which each attempt has of its own. */
  readonly init: RequestInit;
  /** The fetch to send with. @default the global one, looked up at each attempt */
  readonly fetch?: FetchFunction | undefined;
  /** Whether the body can be sent again. */
  readonly replayable: boolean;
  /**
   * From where on a stream is not sent again: its first content, or, where it can be continued and to send it again would be to pay
   * twice, its first event. @default "content"
   */
  readonly commitsAt?: "content" | "event" | undefined;
  /** The SDK that called, as far as its headers tell. */
  readonly caller: SdkCaller;
  /** The limits of this request's use case. */
  readonly limits: Profile;
  /** Clock time in ms at which the whole call, body included, has to be over. */
  readonly endsAt: number;
}

/** What `fetch` accepts. */
export type FetchInput = string | URL | Request;

/** The part of a request that is known from the call alone. */
export type ReadRequest = Pick<FetchRequest, "url" | "init" | "replayable"> & {
  readonly signal: AbortSignal | undefined;
};

/** What a `Request` carries over into the `init` of a fetch that may be of another realm and cannot read it. */
const carriedOver = [
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

/**
 * Reads what `fetch` was called with. A `Request`'s body, which can be read only once, is buffered.
 * The call is synchronous for all but such a `Request`.
 */
export function readRequest(input: FetchInput, init?: RequestInit | null): ReadRequest | Promise<ReadRequest> {
  const given = init ?? {};
  return isRequest(input) ? unpack(input, given) : toRead(String(input), given);
}

/** Asks whatever was handed over: where a variable is not set, it is undefined, and `fetch` itself shall say so. */
function isRequest(input: FetchInput): input is Request {
  return "method" in Object(input);
}

async function unpack(request: Request, given: RequestInit): Promise<ReadRequest> {
  const init: RequestInit = Object.fromEntries(carriedOver.map((name) => [name, request[name]]));
  if (init.mode === "navigate") delete init.mode; // refused in an init
  // To `fetch` a member that is undefined is none, and a body of null leaves the Request's.
  for (const [name, value] of Object.entries(given)) if (value !== undefined) Object.assign(init, { [name]: value });
  init.body ??= await bodyOf(request, init.signal);
  return toRead(request.url, init);
}

/** Not every browser has `request.body`, which would tell whether there is one. */
async function bodyOf(request: Request, signal?: AbortSignal | null): Promise<ArrayBuffer | null> {
  const reading = request.arrayBuffer();
  const body = await (signal ? untilAborted(reading, signal) : reading);
  return body.byteLength > 0 ? body : null;
}

function toRead(url: string, { signal, ...init }: RequestInit): ReadRequest {
  return { url, init, replayable: isReplayable(init.body), signal: signal ?? undefined };
}

/** Strings, buffers, blobs and forms can be sent again; a stream, be it an old one of Node's, or an iterable is gone once it was read. */
function isReplayable(body: unknown): boolean {
  if (typeof body !== "object" || body === null) return true;
  return !("getReader" in body) && !("pipe" in body) && (!(Symbol.asyncIterator in body) || "arrayBuffer" in body);
}
