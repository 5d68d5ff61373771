/** The HTTP faults of providers and of the proxies in front of them. */
import { apiOf, type Api } from "./api.ts";
import { cut, headers, html, pause, reset, stall, type Reply, type Step } from "./reply.ts";
import { crlf, drip, gzip, reshape, withHeader } from "./reshape.ts";
import type { Responder } from "./responder.ts";
import type { SeenRequest } from "./seen-request.ts";
import { spoil, type Place } from "./spoil.ts";
import { comment, frame, isSse, keepAlive } from "./sse.ts";

/** Answers a request instead of `respond`, or damages the answer of `respond`. */
export type HttpFault = (request: SeenRequest, respond: Responder) => Reply | Promise<Reply>;

/** The names of all faults. */
export type HttpFaultName =
  | "rateLimited"
  | "rateLimitedSeconds"
  | "rateLimitedDate"
  | "rateLimitedMilliseconds"
  | "serverError"
  | "badGateway"
  | "unavailable"
  | "overloaded"
  | "endlessErrorBody"
  | "okErrorJson"
  | "okHtml"
  | "wrongContentType"
  | "errorFirst"
  | "errorMiddle"
  | "errorLast"
  | "malformedEvent"
  | "endMiddle"
  | "endInFrame"
  | "endBeforeTerminator"
  | "cutMiddle"
  | "shortContentLength"
  | "resetBeforeHeaders"
  | "resetAfterHeaders"
  | "resetMiddle"
  | "stallBeforeHeaders"
  | "stallAfterHeaders"
  | "stallBeforeContent"
  | "stallMiddle"
  | "pingsOnly"
  | "commentsOnly"
  | "slowDrip"
  | "splitBytes"
  | "crlf"
  | "hugeEvent"
  | "gzip";

/** A reset makes the peer discard what it has not read yet, so it gets this long to read what was sent. */
const readingTime = pause(20);

/**
 * All faults by name. `slowDrip` and those after it send complete answers in a form that is hard to parse. If a fault breaks a stream
 * off between two words, it breaks a plain answer off in the middle of its text; instead of pings, a plain answer gets blank lines.
 */
export const httpFaults: Readonly<Record<HttpFaultName, HttpFault>> = {
  rateLimited: failing(() => 429),
  rateLimitedSeconds: failing(
    () => 429,
    () => ({ "retry-after": "1" }),
  ),
  rateLimitedDate: failing(
    () => 429,
    () => ({ "retry-after": new Date(Date.now() + 2_000).toUTCString() }),
  ),
  rateLimitedMilliseconds: failing(
    () => 429,
    () => ({ "retry-after-ms": "100" }),
  ),
  serverError: failing(() => 500),
  badGateway: () => html(502, "502 Bad Gateway"),
  unavailable: failing(() => 503),
  overloaded: failing((api) => api.overloadedStatus),
  endlessErrorBody: (request) => ({ ...apiOf(request).error(503), body: ['{"error":', stall] }),

  okErrorJson: (request) => ({ ...apiOf(request).error(500), status: 200 }),
  okHtml: () => html(200, "We will be back soon"),
  wrongContentType: async (request, respond) => withHeader(await respond(request), "content-type", "text/plain"),

  errorFirst: erring("start"),
  errorMiddle: erring("middle"),
  errorLast: erring("end"),
  malformedEvent: spoiling("middle", () => [frame("{malformed")]),

  endMiddle: spoiling("middle", () => []),
  endInFrame: spoiling("middle", () => ['data: {"half']),
  endBeforeTerminator: spoiling("end", () => []),
  cutMiddle: spoiling("middle", () => [cut]),
  shortContentLength: async (request, respond) =>
    withHeader(spoil(await respond(request), "middle", [cut]), "content-length", "1000000"),
  resetBeforeHeaders: () => ({ body: [reset] }),
  resetAfterHeaders: spoiling("start", () => [headers, readingTime, reset]),
  resetMiddle: spoiling("middle", () => [readingTime, reset]),

  stallBeforeHeaders: () => ({ body: [stall] }),
  stallAfterHeaders: spoiling("start", () => [headers, stall]),
  stallBeforeContent: spoiling("content", () => [headers, stall]),
  stallMiddle: spoiling("middle", () => [stall]),
  pingsOnly: spoiling("content", (api, isStream) => keepAlive(isStream ? api.ping : "\n", 20)),
  commentsOnly: spoiling("content", (_, isStream) => keepAlive(isStream ? comment : "\n", 20)),

  slowDrip: async (request, respond) => drip(await respond(request), { bytes: 16, every: 5 }),
  splitBytes: async (request, respond) => drip(await respond(request), { bytes: 1, every: 0 }),
  crlf: async (request, respond) => crlf(await respond(request)),
  hugeEvent: async (request, respond) => precededByHugeComment(await respond(request)),
  gzip: async (request, respond) => gzip(await respond(request)),
};

function failing(status: (api: Api) => number, hints?: () => Readonly<Record<string, string>>): HttpFault {
  return (request) => {
    const api = apiOf(request);
    return api.error(status(api), hints?.());
  };
}

function spoiling(place: Place, then: (api: Api, isStream: boolean) => Iterable<Step>): HttpFault {
  return async (request, respond) => {
    const reply = await respond(request);
    return spoil(reply, place, then(apiOf(request), isSse(reply)));
  };
}

/** Replaces the rest of a stream with an error event, or all of a plain answer with an error. */
function erring(place: Place): HttpFault {
  return async (request, respond) => {
    const [reply, api] = [await respond(request), apiOf(request)];
    return isSse(reply)
      ? spoil(reply, place, [api.overloadedFrame])
      : { ...api.error(api.overloadedStatus), status: 200 };
  };
}

function precededByHugeComment(reply: Reply): Reply {
  if (!isSse(reply)) return reply;
  return reshape(reply, async function* (body) {
    yield `: ${"x".repeat(1_000_000)}\n\n`;
    yield* body;
  });
}
