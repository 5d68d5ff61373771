import type { Kind } from "@evenkeel/core";
import { expect, test } from "vitest";
import { classifier } from "../src/index.ts";

const { classify } = classifier();

test.each<[kind: Kind, ...codes: string[]]>([
  ["billing", "insufficient_credits", "insufficient_balance", "insufficient_funds", "billing_error"],
  ["billing", "account_billing_not_active", "payment_required", "usage_limit_exceeded"],
  ["overloaded", "engine_capacity_exceeded"],
  ["rate-limit", "too_many_requests", "TooManyRequestsException", "RequestsPerMinutePerProject"],
  ["context-length", "context_window_exceeded"],
  ["auth", "API_KEY_INVALID", "api_key_expired", "unauthorized"],
  ["not-found", "not_found_error"],
  ["permission", "AccessDeniedException", "forbidden"],
  ["conflict", "ConflictException", "ABORTED", "already_exists"],
  ["cancelled", "CANCELLED"],
  ["invalid-request", "not_implemented", "UNIMPLEMENTED", "OUT_OF_RANGE"],
  ["server", "UNAVAILABLE", "server_error", "INTERNAL", "api_error", "generation"],
])("the kind %s is recognised by a code alone: %s", (kind, ...codes) => {
  for (const code of codes) expect([code, classify({ code }).kind]).toEqual([code, kind]);
});

test.each<[status: number, kind: Kind, ...messages: string[]]>([
  [400, "billing", "Billing hard limit has been reached"],
  [429, "billing", "You exceeded your current quota", "You are out of credits", "You are out of funds"],
  [403, "billing", "You have no available credits", "Your account is deactivated", "You used your included credits"],
  [503, "overloaded", "The model is at capacity", "There is no capacity left"],
  [429, "too-large", "Request too large for this model"],
  [400, "context-length", "The prompt token count of 9 exceeds 8", "The input token count of 9 exceeds 8"],
  [400, "context-length", "The input tokens exceed 8", "Please reduce the length of the messages"],
  [400, "context-length", "The prompt is longer than max_model_len", "It exceeds the model token limit"],
  [400, "auth", "API key not valid", "API key expired", "Incorrect API key provided"],
  [403, "proxy", "Sorry, you have been blocked"],
])("a %d means %s by its message: %s", (status, kind, ...messages) => {
  for (const message of messages)
    expect([message, classify({ status, error: { message } }).kind]).toEqual([message, kind]);
});

test("a code for a missing model counts more than the status", () => {
  for (const code of ["model_not_found", "DeploymentNotFound"])
    expect([code, classify({ status: 403, error: { code } }).kind]).toEqual([code, "not-found"]);
});
