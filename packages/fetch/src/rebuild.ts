/** Makes a response with the same status and headers and another body. */

/** Statuses that may have no body, by the Fetch standard. */
const bodiless = new Set([101, 103, 204, 205, 304]);

/** Whether a response of this status can be made at all. */
export function isBuildable(status: number): boolean {
  return status >= 200 && status <= 599;
}

/** Returns `response` with `body` for its body. What the constructor cannot take, such as `url`, is kept too. */
export function rebuild(
  response: Response,
  body: BodyInit | null,
  { status = response.status, statusText = response.statusText, headers = response.headers }: ResponseInit = {},
): Response {
  const rebuilt = new Response(bodiless.has(status) ? null : body, { status, headers });
  // `@hono/node-server` replaces the global `Response` by its own, which adds a second length to a body that nobody has touched.
  void rebuilt.body;
  const { url, redirected, type } = response;
  return telling(rebuilt, {
    url: { value: url },
    redirected: { value: redirected },
    type: { value: type },
    statusText: { value: statusText }, // which may be one that the constructor refuses
  });
}

/** Lets a response, and its clones, tell what they would not by themselves. */
function telling(response: Response, told: PropertyDescriptorMap): Response {
  const clone = (): Response => telling(Response.prototype.clone.call(response), told);
  return Object.defineProperties(response, { ...told, clone: { value: clone } });
}
