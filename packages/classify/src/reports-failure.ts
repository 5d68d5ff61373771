/** Detects failures in stream events and in the bodies of 2xx responses. */
import { quietly } from "@evenkeel/core";
import { items, property, text } from "./property.ts";

/** Tells whether a parsed event, or one in a list of events, reports a failure in any of the known protocols. */
export function reportsFailure(event: unknown): boolean {
  return items(event)?.some(isFailure) ?? isFailure(event);
}

function isFailure(event: unknown): boolean {
  const type = property(event, "type") ?? property(event, "event_type") ?? property(event, ":message-type");
  if (type === "error" || type === "exception" || type === "response.failed") return true;
  if (hasFields(property(event, "error")) || property(event, "object") === "error" || property(event, "__type"))
    return true;
  if (property(event, "success") === false && property(event, "errors")) return true;
  const ends = [event, property(event, "delta"), property(property(event, "choices"), 0)];
  // Z.ai and DeepSeek name what broke.
  const broken = /^(error|network_error|insufficient_system_resource)$/i;
  return ends.some((end) => broken.test(text(property(end, "finish_reason"))));
}

/** Some objects always have an `error`, with all of its fields null until there is one. */
function hasFields(error: unknown): boolean {
  if (typeof error !== "object") return Boolean(error);
  return quietly(() => Object.values(error ?? {}).some((field) => field != null)) ?? false;
}

/** Tells whether a text is an HTML page. */
export function isPage(text: string): boolean {
  return /^\s*<(!doctype|html)/i.test(text);
}
