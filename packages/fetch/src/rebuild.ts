/** Copies a response with another body. */

/** Returns a copy of `response` with `body`, keeping what the constructor cannot set, such as `url`. */
export function rebuild(
  response: Response,
  body: BodyInit | null,
  { status = response.status, statusText = response.statusText, headers = response.headers }: ResponseInit = {},
): Response {
  const rebuilt = new Response(body, { status, headers });
  // `@hono/node-server` replaces the global `Response` with one that adds a second content-length unless its `body` has been accessed.
  void rebuilt.body;
  const { url, redirected, type } = response;
  return define(rebuilt, {
    url: { value: url },
    redirected: { value: redirected },
    type: { value: type },
    statusText: { value: statusText }, // may be one that the constructor refuses
  });
}

/** Overrides properties of a response and of its clones. */
function define(response: Response, properties: PropertyDescriptorMap): Response {
  const clone = (): Response => define(Response.prototype.clone.call(response), properties);
  return Object.defineProperties(response, { ...properties, clone: { value: clone } });
}
