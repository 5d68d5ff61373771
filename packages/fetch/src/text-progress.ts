/** Follows a stream of text: server-sent events or JSON lines. */
import { eventTracker } from "./event-tracker.ts";
import { parseLine, type Framing } from "./framing.ts";
import type { StreamProgress } from "./stream-progress.ts";

/** Matches whatever may be an error, in a stream of unknown protocol. */
const errorMark = /rror["\n\r]/;

/** Tells data from comments and empty events, in either framing. */
const isData = /^(data: *\S|\{)/m;

const streaming = { stream: true } as const;

/** An unfinished event longer than this, in characters, is content, such as an image. It is still parsed, since it may be the last one. */
const longEvent = 1_048_576;

/** If an event grows beyond this, in characters, neither it nor anything after it is parsed. */
const longestEvent = 32 * longEvent;

/** How many characters of a separator may precede its last one. */
const separatorStart = 2;

/** Follows a stream with this framing. Its protocol is recognised by its events. */
export function textProgress(framing: Framing): StreamProgress {
  const decoder = new TextDecoder();
  let pending = "";
  /** The end of `pending`, where a separator may have begun: searching all of `pending` for each chunk would take quadratic time. */
  let tail = "";
  const tracker = eventTracker();
  let isOpaque = false;
  /** Whether a parsed event was content. By then the protocol has been recognised, if it ever will be. */
  let contentParsed = false;
  let hasContent = false;

  function take(chunk: Uint8Array): boolean {
    if (isOpaque) return true;
    // Engines decode faster without `stream`, which only a chunk that ends inside a character needs: its last byte is not ASCII.
    const endsInAscii = chunk[chunk.length - 1]! < 0x80;
    const decoded = decoder.decode(chunk, endsInAscii ? undefined : streaming);
    const searched = tail + decoded;
    const found = endOfLastEvent(searched, framing);
    const text = pending + decoded;
    if (found === 0) {
      tail = searched.slice(-separatorStart);
      return keep(text);
    }
    const end = text.length - searched.length + found;
    pending = text.slice(end);
    tail = pending.slice(-separatorStart);
    return takeEvents(text.slice(0, end));
  }

  /** Keeps an unfinished event, and tells whether it is so long that it is content. */
  function keep(event: string): boolean {
    const isLong = event.length > longEvent;
    hasContent ||= isLong;
    isOpaque = event.length > longestEvent;
    pending = isOpaque ? "" : event;
    return isLong;
  }

  function takeEvents(events: string): boolean {
    let rest = events;
    while (!contentParsed && rest !== "") {
      const { index, length } = firstSeparator(rest, framing);
      contentParsed = takeFrame(rest.slice(0, index));
      rest = rest.slice(index + length);
    }
    hasContent ||= contentParsed;
    if (rest === "") return contentParsed;
    // Once content has begun, an event without a mark is nothing but content.
    let isContent = rest !== events;
    if (!hasMark(rest)) return isContent || isData.test(rest);
    for (const frame of rest.split(framing.separator)) {
      // `split` has removed the end of the last line, which may be the line that names the event.
      if (hasMark(`${frame}\n`) ? takeFrame(frame) : isData.test(frame)) isContent = true;
    }
    return isContent;
  }

  function hasMark(text: string): boolean {
    // After the end everything is parsed: little follows it, and what revokes it, such as a new choice, need not have a mark.
    return tracker.hasEnded || (tracker.protocol?.marks ?? errorMark).test(text);
  }

  function takeFrame(frame: string): boolean {
    const event = tracker.error ? undefined : framing.parse(frame);
    return event !== undefined && tracker.take(event);
  }

  /** Some servers omit the blank line after the last event, or end with bare JSON. That counts as an event if it is complete. */
  function end(): void {
    const event = isOpaque || tracker.error ? undefined : (framing.parse(pending) ?? parseLine(pending));
    if (event?.json === undefined && event?.data !== "[DONE]") return;
    pending = "";
    hasContent = tracker.take(event) || hasContent;
  }

  return {
    take,
    end,
    get hasEvents() {
      return tracker.hasEvents;
    },
    get hasContent() {
      return hasContent;
    },
    get error() {
      return tracker.error;
    },
    get isComplete() {
      return tracker.hasEnded;
    },
    get missing() {
      return isOpaque ? undefined : tracker.missing(pending.trim() !== "");
    },
  };
}

/** Returns the index after the last complete event, 0 if there is none. */
function endOfLastEvent(text: string, { separators }: Framing): number {
  let end = 0;
  for (const separator of separators) {
    if (text.endsWith(separator)) return text.length;
    // `includes` finds that there is none in a fraction of the time that `lastIndexOf` takes.
    if (text.includes(separator)) end = Math.max(end, text.lastIndexOf(separator) + separator.length);
  }
  return end;
}

/** Finds the separator after the first event. The text has at least one event. */
function firstSeparator(text: string, { separator }: Framing): { index: number; length: number } {
  const match = separator.exec(text);
  return { index: match?.index ?? text.length, length: match?.[0].length ?? 0 };
}
