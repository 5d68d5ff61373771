/** The status that a failure inside a 200 should have had: SDKs choose their typed error by it. */
import type { Kind, Verdict } from "@evenkeel/core";

const statuses: Readonly<Partial<Record<Kind, number>>> = {
  "rate-limit": 429,
  quota: 429,
  billing: 402,
  overloaded: 503,
  server: 500,
  timeout: 504,
  auth: 401,
  permission: 403,
  region: 403,
  "not-found": 404,
  "context-length": 400,
  "too-large": 413,
  "content-filter": 400,
  "invalid-request": 400,
  conflict: 409,
};

/** Types and codes of errors for which their providers have another status. */
const named: ReadonlyMap<unknown, number> = new Map([
  ["overloaded_error", 529],
  ["insufficient_quota", 429],
  ["json_validate_failed", 400],
  ["tool_use_failed", 400],
]);

/** Returns the status for a failure with this verdict, and with this error in the body: 502 if no other fits. */
export function failedStatus({ kind }: Verdict, error?: unknown): number {
  const { type, code } = Object(error) as { readonly type?: unknown; readonly code?: unknown };
  // An object from outside may not even become a number.
  const status = named.get(type) ?? named.get(code) ?? (typeof code === "object" ? 0 : Number(code));
  return status >= 400 && status < 600 ? status : (statuses[kind] ?? 502);
}
