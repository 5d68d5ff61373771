/** Where a stream can be continued. */
import type { FetchRequest } from "./request.ts";

export interface ResumePoint {
  /** Takes in a chunk and returns the text of the events that it completed. */
  take(chunk: Uint8Array): string;
  /** Returns what is left at the end of the stream, or `undefined` for nothing. */
  rest(): string | undefined;
  /** Tells where that is: behind an event of which the stream says so. */
  readonly position: string | undefined;
  /** Returns the request that continues the stream behind the last whole event, or `undefined` while there is none. */
  request(): FetchRequest | undefined;
}

/** Where a response is made, and where one is read again. */
const made = /\/responses(?=[?#]|$)/;
const readAgain = /\/responses\/(resp_[^/?#]+)(?=[?#]|$)/;

/** Returns where a stream of this request could be continued, or `undefined` where its provider keeps none. */
export function resumePoint(request: FetchRequest): ResumePoint | undefined {
  const { url, init } = request;
  const { body, method = "GET" } = init;
  const isBackground = typeof body === "string" && /"background"\s*:\s*true/.test(body);
  if (isBackground && made.test(url)) return point(backgroundResponse(request));
  if (method.toUpperCase() !== "GET") return undefined;
  const [, id] = readAgain.exec(url) ?? [];
  return point(id === undefined ? lastEventId(request) : backgroundResponse(request, id));
}

/** Knows how to continue from what stands in the events. */
interface Cursor {
  see(event: string): void;
  readonly position: string | undefined;
  request(): FetchRequest | undefined;
}

/** https://developers.openai.com/api/docs/guides/background: a background response can be streamed again from any event. */
function backgroundResponse(request: FetchRequest, known?: string): Cursor {
  let id = known;
  let last: string | undefined;
  return {
    see(event) {
      id ??= /"id"\s*:\s*"(resp_[^"]*)"/.exec(event)?.[1];
      last = /"sequence_number"\s*:\s*(\d+)/.exec(event)?.[1] ?? last;
    },
    get position() {
      return last;
    },
    request() {
      if (id === undefined || last === undefined) return undefined;
      const url = new URL(request.url, globalThis.location?.href); // in a browser a URL may be relative
      if (known === undefined) url.pathname += `/${id}`;
      url.searchParams.set("stream", "true");
      url.searchParams.set("starting_after", last);
      const { body: _body, ...init } = request.init;
      return { ...request, url: url.href, init: { ...init, method: "GET" }, replayable: true };
    },
  };
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header */
function lastEventId(request: FetchRequest): Cursor {
  let last: string | undefined;
  return {
    see: (event) => void (last = /^id: ?(.*)$/m.exec(event)?.[1] ?? last),
    get position() {
      return last;
    },
    request() {
      if (last === undefined) return undefined;
      const headers = new Headers(request.init.headers);
      headers.set("last-event-id", last);
      return { ...request, init: { ...request.init, headers } };
    },
  };
}

function point(cursor: Cursor): ResumePoint {
  let decoder = new TextDecoder();
  let pending = "";
  /** The last of what came, where a blank line may have begun: to search all of a long event for each chunk would take ever longer. */
  let tail = "";
  return {
    take(chunk) {
      const text = decoder.decode(chunk, { stream: true });
      const searched = tail + text;
      tail = searched.slice(-2);
      pending += text;
      if (!/\n\r?\n|\r\r/.test(searched)) return "";
      const events = pending.split(/(?<=\n\r?\n|\r\r(?!\n))/);
      pending = /(\n\r?\n|\r\r)$/.test(events.at(-1) ?? "") ? "" : (events.pop() ?? "");
      for (const event of events) cursor.see(event);
      return events.join("");
    },
    get position() {
      return cursor.position;
    },
    rest: () => (pending === "" ? undefined : take(pending)),
    request() {
      // The event that was cut comes again, whole.
      pending = "";
      decoder = new TextDecoder();
      return cursor.request();
    },
  };

  function take(text: string): string {
    pending = "";
    return text;
  }
}
