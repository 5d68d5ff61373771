/** Makes a response with the same status and headers and another body. */

/** Statuses that may have no body, by the Fetch standard. */
const bodiless = new Set([101, 103, 204, 205, 304]);

/** Whether a response of this status can be made at all. */
export function isBuildable(status: number): boolean {
  return status >= 200 && status <= 599;
}

/** Returns `response` with `body` for its body. `url` and `redirected`, which the constructor cannot take, are kept too. */
export function rebuild(
  response: Response,
  body: BodyInit | null,
  { status = response.status, statusText = response.statusText, headers = response.headers }: ResponseInit = {},
): Response {
  const rebuilt = new Response(bodiless.has(status) ? null : body, { status, statusText, headers });
  Object.defineProperty(rebuilt, "url", { value: response.url });
  if (response.redirected) Object.defineProperty(rebuilt, "redirected", { value: true });
  return rebuilt;
}
