/** Tells whether an event of a stream, or a body that came with a 2xx, is a failure in disguise. */
import { items, property } from "./property.ts";

/** Returns whether a parsed event, or one of a list of them, tells of a failure, in the words of any protocol. */
export function tellsFailure(event: unknown): boolean {
  return items(event)?.some(isFailure) ?? isFailure(event);
}

function isFailure(event: unknown): boolean {
  const type = property(event, "type") ?? property(event, "event_type") ?? property(event, ":message-type");
  if (type === "error" || type === "exception" || type === "response.failed") return true;
  if (isSaid(property(event, "error")) || property(event, "object") === "error" || property(event, "__type"))
    return true;
  if (property(event, "success") === false && property(event, "errors")) return true;
  const ends = [property(event, "delta"), property(property(event, "choices"), 0)];
  return ends.some((end) => /^error$/i.test(String(property(end, "finish_reason"))));
}

/** Some objects have an `error` whose fields are all null until there is one. */
function isSaid(error: unknown): boolean {
  if (typeof error !== "object") return Boolean(error);
  try {
    return Object.values(error ?? {}).some((field) => field !== null && field !== undefined);
  } catch {
    return false;
  }
}

/** Returns whether a text is an HTML page. */
export function isPage(text: string): boolean {
  return /^\s*<(!doctype|html)/i.test(text);
}
