import { expect, test } from "vitest";
import { hostOf, urlOf } from "../src/url-of.ts";

const url = "https://api.example.com/v1";

test.each<[what: string, error: unknown]>([
  ["the error", { url }],
  ["its response", { response: { url } }],
  ["its request", { request: { url } }],
  ["its httpRequest", { httpRequest: { url } }],
  ["its options", { options: { url } }],
  ["its config", { config: { url } }],
  ["the base, where the URL is relative", { config: { url: "/v1", baseURL: url } }],
  ["a URL object", { options: { url: new URL(url) } }],
  ["the response, though the error has a path by that name", { url: "/v1", response: { url } }],
])("finds the URL of %s", (_, error) => {
  expect(urlOf(error)).toBe(url);
});

test.each([undefined, {}, { url: "/v1" }, { url: 1 }, { url: "" }])("finds none in %j", (error) => {
  expect(urlOf(error)).toBeUndefined();
});

test.each<[url: unknown, host: string]>([
  ["https://api.example.com/v1", "api.example.com"],
  ["http://API.Example.com?a", "api.example.com"],
  ["HTTPS://user:word@example.com#a", "example.com"],
  ["https://example.com:443/", "example.com"],
  ["http://example.com:80", "example.com"],
  ["http://localhost:8080/", "localhost:8080"],
  ["see https://example.com", ""],
  ["ftp://example.com", ""],
  ["/v1", ""],
  ["", ""],
  [undefined, ""],
  [["https://example.com"], ""],
])("the host of %s is %j", (given, host) => {
  expect(hostOf(given)).toBe(host);
});
