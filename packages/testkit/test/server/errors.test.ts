import { expect, test } from "vitest";
import { anthropicErrorBody, openaiErrorBody } from "../../src/server/index.ts";

test.each([
  [400, "invalid_request_error", null],
  [401, "invalid_request_error", "invalid_api_key"],
  [403, "request_forbidden", "unsupported_country_region_territory"],
  [409, "invalid_request_error", null],
  [422, "invalid_request_error", null],
  [429, "requests", "rate_limit_exceeded"],
  [500, "server_error", null],
  [503, "service_unavailable_error", "server_is_overloaded"],
])("OpenAI's %d is %s", (status, type, code) => {
  expect(openaiErrorBody(status)).toEqual({ error: { message: `Status ${status}`, type, param: null, code } });
});

test.each([
  [400, "invalid_request_error"],
  [409, "conflict_error"],
  [422, "invalid_request_error"],
  [500, "api_error"],
  [529, "overloaded_error"],
])("Anthropic's %d is %s", (status, type) => {
  expect(anthropicErrorBody(status)).toMatchObject({ type: "error", error: { type } });
});

test("what the test says takes the place of what is usual, and `null` is an answer", () => {
  const said = { type: "tokens", code: null, message: "Slow down" };
  expect(openaiErrorBody(429, said)).toEqual({ error: { ...said, param: null } });
  expect(openaiErrorBody(429, { code: undefined })).toMatchObject({ error: { code: "rate_limit_exceeded" } });
});
