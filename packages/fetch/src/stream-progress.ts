/** Follows what a stream means, chunk by chunk, without touching the chunks. */
import { parseLine, type Framing } from "./framing.ts";
import { meanings } from "./meanings.ts";
import type { Protocol, ReportedError } from "./protocols/protocol.ts";

/** What to look for in a stream whose protocol is unknown. */
const marksOfErrors = /rror["\n\r]/;

/** Tells data from comments and empty events, in either framing. */
const isData = /^(data: *\S|\{)/m;

const streaming = { stream: true } as const;

/** What an event has grown to, in characters, that is surely content: an image, say. It is still read, for it may be the last. */
const longEvent = 1_048_576;

/** An event that grows beyond this, in characters, is passed on without being looked at, and so is all that follows. */
const longestEvent = 32 * longEvent;

/** How many characters of a separator may stand before its last one. */
const separatorStart = 2;

/** What is known of a stream so far. */
export interface StreamProgress {
  /** Takes in a chunk and tells whether it held content: anything but pings and comments. */
  take(chunk: Uint8Array): boolean;
  /** Takes in that no more comes. */
  end(): void;
  /** Whether any event has come, be it noise. */
  readonly hasEvents: boolean;
  /** Whether content, or the end, has come: from then on the answer has reached the reader. */
  readonly hasContent: boolean;
  /** The error object that the upstream reported in the stream. */
  readonly error: ReportedError | undefined;
  /** Whether the answer has come to its end: what may still follow, or break, changes nothing. */
  readonly isWhole: boolean;
  /** What is missing should the stream end here, or `undefined` when it is whole or its protocol is unknown. */
  readonly missing: "the end of an event" | "the terminator" | undefined;
}

/** Follows a stream of this framing; its protocol is told from its first telling event. */
export function streamProgress(framing: Framing, protocols: readonly Protocol[]): StreamProgress {
  const decoder = new TextDecoder();
  let pending = "";
  /** The end of `pending`, where a separator may have begun: to search all of it anew for each chunk would take ever longer. */
  let tail = "";
  const meaning = meanings(protocols);
  let isOpaque = false;
  /** Whether an event was content: by then the protocol has told itself, if ever. */
  let isTold = false;
  let hasContent = false;

  function take(chunk: Uint8Array): boolean {
    if (isOpaque) return true;
    // Engines decode what is whole the faster way; a chunk that ends inside a character does not end with one of ASCII.
    const endsWell = chunk[chunk.length - 1]! < 0x80;
    const decoded = decoder.decode(chunk, endsWell ? undefined : streaming);
    const searched = tail + decoded;
    const found = endOfLastEvent(searched, framing);
    const text = pending + decoded;
    if (found === 0) {
      tail = searched.slice(-separatorStart);
      return takeLong(text);
    }
    const end = text.length - searched.length + found;
    pending = text.slice(end);
    tail = pending.slice(-separatorStart);
    return takeEvents(text.slice(0, end));
  }

  /** Keeps an event that has not come whole, and tells whether it is so long that it is content. */
  function takeLong(event: string): boolean {
    const isLong = event.length > longEvent;
    hasContent ||= isLong;
    isOpaque = event.length > longestEvent;
    pending = isOpaque ? "" : event;
    return isLong;
  }

  function takeEvents(events: string): boolean {
    let rest = events;
    while (!isTold && rest !== "") {
      const { index, length } = firstSeparator(rest, framing);
      isTold = takeFrame(rest.slice(0, index));
      rest = rest.slice(index + length);
    }
    hasContent ||= isTold;
    if (rest === "") return isTold;
    // Once content flows, an event without a mark is content and nothing else.
    let isContent = rest !== events;
    if (!hasMark(rest)) return isContent || isData.test(rest);
    for (const frame of rest.split(framing.separator)) {
      // With an end of its last line, which may be the one that names the event.
      if (hasMark(`${frame}\n`) ? takeFrame(frame) : isData.test(frame)) isContent = true;
    }
    return isContent;
  }

  function hasMark(text: string): boolean {
    // Little comes behind the end, and what takes it back, as the first choice when it begins last, need have no mark.
    return meaning.hasEnded || (meaning.protocol?.marks ?? marksOfErrors).test(text);
  }

  function takeFrame(frame: string): boolean {
    const event = meaning.error ? undefined : framing.parse(frame);
    return event !== undefined && meaning.note(event);
  }

  /** Some servers leave out the blank line behind the last event, or send bare JSON in its place: it counts, if it is whole. */
  function end(): void {
    const event = isOpaque || meaning.error ? undefined : (framing.parse(pending) ?? parseLine(pending));
    if (event?.json === undefined && event?.data !== "[DONE]") return;
    pending = "";
    hasContent = meaning.note(event) || hasContent;
  }

  return {
    take,
    end,
    get hasEvents() {
      return meaning.hasEvents;
    },
    get hasContent() {
      return hasContent;
    },
    get error() {
      return meaning.error;
    },
    get isWhole() {
      return meaning.hasEnded;
    },
    get missing() {
      if (isOpaque || !meaning.protocol || meaning.hasEnded) return undefined;
      return pending.trim() === "" ? "the terminator" : "the end of an event";
    },
  };
}

/** Returns the index just behind the last complete event. */
function endOfLastEvent(text: string, { separators }: Framing): number {
  let end = 0;
  for (const separator of separators) {
    if (text.endsWith(separator)) return text.length;
    // To find that there is none takes `includes` a fraction of the time.
    if (text.includes(separator)) end = Math.max(end, text.lastIndexOf(separator) + separator.length);
  }
  return end;
}

/** Finds what ends the first event; there is one. */
function firstSeparator(text: string, { separator }: Framing): { index: number; length: number } {
  const match = separator.exec(text);
  return { index: match?.index ?? text.length, length: match?.[0].length ?? 0 };
}
