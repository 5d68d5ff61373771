/** The status that a failure inside a 200 should have had: from it SDKs make their own typed errors. */
import type { Kind } from "@evenkeel/core";

export const failedStatus: Readonly<Partial<Record<Kind, number>>> = {
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
