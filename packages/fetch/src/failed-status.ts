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

/** Returns the status for a failure with this verdict: 502 if no other fits. */
export function failedStatus({ kind }: Verdict): number {
  return statuses[kind] ?? 502;
}
