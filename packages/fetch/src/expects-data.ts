/** Tells calls of an API from others. */

/** Whether the caller asked for data: to others a web page, or an `error` field, may be just what they want. */
export function expectsData({ method, headers }: RequestInit): boolean {
  return method?.toUpperCase() === "POST" || /json|event-stream/.test(new Headers(headers).get("accept") ?? "");
}
