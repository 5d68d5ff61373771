import { expect, test } from "vitest";
import { isPage, reportsFailure } from "../src/reports-failure.ts";

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

test.each<[event: unknown, isFailure: boolean]>([
  [{ type: "error" }, true],
  [{ type: "response.failed" }, true],
  [{ event_type: "error" }, true],
  [{ ":message-type": "exception" }, true],
  [{ type: "delta" }, false],
  [{ object: "error" }, true],
  [{ __type: "ThrottlingException" }, true],
  [{ error: true }, true],
  [{ error: 1 }, true],
  [{ error: "overloaded" }, true],
  [{ error: { message: "overloaded" } }, true],
  [{ error: "" }, false],
  [{ error: false }, false],
  [{ error: null }, false],
  [{ error: {} }, false],
  [{ error: { message: null, code: undefined } }, false],
  [{ success: false, errors: [{}] }, true],
  [{ success: true, errors: [{}] }, false],
  [{ errors: [{}] }, false],
  [{ success: false }, false],
  [{ delta: { finish_reason: "ERROR" } }, true],
  [{ finish_reason: "ERROR" }, true],
  [{ finish_reason: "COMPLETE" }, false],
  [{ choices: [{ finish_reason: "error" }] }, true],
  [{ choices: [{ finish_reason: "network_error" }] }, true],
  [{ choices: [{ finish_reason: "insufficient_system_resource" }] }, true],
  [{ choices: [{ finish_reason: "no_error" }] }, false],
  [{ choices: [{ finish_reason: "errorless" }] }, false],
  [[{}, { type: "error" }], true],
  [[{}, {}], false],
  [undefined, false],
])("of %j tells %j", (event, isFailure) => {
  expect(reportsFailure(event)).toBe(isFailure);
});

test("takes an error that cannot be read for none", () => {
  expect(reportsFailure({ error: revoked })).toBe(false);
});

test.each<[text: string, is: boolean]>([
  ["<!DOCTYPE html>", true],
  ["<html>", true],
  [" \n <HTML lang>", true],
  ["see <html>", false],
  ["see<html>", false],
  ["<p>", false],
])("%j is a page: %j", (text, is) => {
  expect(isPage(text)).toBe(is);
});
