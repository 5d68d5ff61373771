/** Tracks where a stream can be resumed. */
import { quietly } from "@evenkeel/core";
import { endOfLastEvent, separatorStart, serverSentEvents } from "./framing.ts";
import { methodOf, type FetchRequest } from "./request.ts";
import { longestEvent } from "./text-progress.ts";

export interface ResumePoint {
  /** Takes the next chunk and returns the text of the events that it completes. */
  take(chunk: Uint8Array): string;
  /** Returns what is left at the end of the stream, `undefined` if nothing. */
  rest(): string | undefined;
  /** Identifies the last complete event, once one has had an id or a number. */
  readonly position: string | undefined;
  /** Returns the request for everything after that event, or `undefined` if the stream cannot be resumed yet. */
  request(): FetchRequest | undefined;
}

/** Where a response is created, and where it is retrieved. */
const createPath = /\/responses(?=[?#]|$)/;
const retrievePath = /\/responses\/(resp_[^/?#]+)(?=[?#]|$)/;

/** Returns the resume point of a request's stream, or `undefined` if its provider does not keep the stream. */
export function resumePoint(request: FetchRequest): ResumePoint | undefined {
  const { url, init } = request;
  const isBackground = typeof init.body === "string" && /"background"\s*:\s*true/.test(init.body);
  if (isBackground && createPath.test(url)) return pointOf(backgroundResponse(request));
  if (methodOf(init) !== "GET") return undefined;
  const [, id] = retrievePath.exec(url) ?? [];
  return pointOf(id === undefined ? lastEventId(request) : backgroundResponse(request, id));
}

/** How a provider identifies its events, and the request for those that follow one. */
interface Cursor {
  /** Returns the id or the number of an event, if it has one. Called with every event, in order. */
  positionOf(event: string): string | undefined;
  /** Returns the request for everything after `position`, or `undefined` if there is none. */
  requestAfter(position: string): FetchRequest | undefined;
}

/** A background response can be streamed again from any event: https://developers.openai.com/api/docs/guides/background */
function backgroundResponse(request: FetchRequest, known?: string): Cursor {
  let id = known;
  return {
    positionOf(event) {
      id ??= /"id"\s*:\s*"(resp_[^"]*)"/.exec(event)?.[1];
      return /"sequence_number"\s*:\s*(\d+)/.exec(event)?.[1];
    },
    requestAfter(position) {
      if (id === undefined) return undefined;
      const url = new URL(request.url, globalThis.location?.href); // in a browser a URL may be relative
      if (known === undefined) url.pathname += `/${encodeURIComponent(id)}`; // or `resp_/../x` would be another path
      url.searchParams.set("stream", "true");
      url.searchParams.set("starting_after", position);
      const { body: _body, ...init } = request.init;
      return { ...request, url: url.href, init: { ...init, method: "GET" }, replayable: true };
    },
  };
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header */
function lastEventId(request: FetchRequest): Cursor {
  return {
    positionOf: (event) => /^id: ?(.*)$/m.exec(event)?.[1],
    // Not every id can be sent in a header.
    requestAfter: (id) =>
      quietly(() => {
        const headers = new Headers(request.init.headers);
        headers.set("last-event-id", id);
        return { ...request, init: { ...request.init, headers } };
      }),
  };
}

function pointOf(cursor: Cursor): ResumePoint {
  let position: string | undefined;
  let decoder = new TextDecoder();
  let pending = "";
  /** The end of `pending`, where a separator may have begun: searching all of it for each chunk would take quadratic time. */
  let tail = "";
  /** Whether part of an event, too long to keep, was handed on: from there no request can go on. */
  let isCut = false;
  return {
    take(chunk) {
      const text = decoder.decode(chunk, { stream: true });
      const searched = tail + text;
      const found = endOfLastEvent(searched, serverSentEvents);
      pending += text;
      if (found === 0) {
        tail = searched.slice(-separatorStart);
        isCut ||= pending.length > longestEvent;
        return isCut ? takePending() : "";
      }
      const events = pending.slice(0, pending.length - searched.length + found);
      pending = pending.slice(events.length);
      tail = pending.slice(-separatorStart);
      for (const event of events.split(serverSentEvents.separator)) position = cursor.positionOf(event) ?? position;
      return events;
    },
    get position() {
      return position;
    },
    rest() {
      return takePending() || undefined;
    },
    request() {
      // An incomplete event is sent again as a whole.
      pending = tail = "";
      decoder = new TextDecoder();
      return isCut || position === undefined ? undefined : cursor.requestAfter(position);
    },
  };

  function takePending(): string {
    const taken = pending;
    pending = "";
    return taken;
  }
}
