import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { classify } from "../src/index.ts";

/** A failure as a client threw it, recorded against servers that refuse, reset, stall, truncate and lie. */
interface Recorded {
  readonly n: string;
  readonly ok?: unknown;
  readonly thrown?: "string";
  readonly value?: string;
  readonly ctor?: string;
  readonly name?: string;
  readonly message?: string;
  readonly domException?: boolean;
  readonly cause?: Recorded;
  readonly [field: string]: unknown;
}

/** Makes of a recording the error that it was. */
function revive({ cause, name = "Error", ctor, ...fields }: Recorded): unknown {
  if (fields.thrown === "string") return fields.value;
  if (fields.domException)
    return Object.assign(new DOMException(fields.message, name), { retryable: fields["retryable"] });
  const error = Object.assign(new Error(fields.message, cause && { cause: revive(cause) }), fields);
  return Object.defineProperties(error, { name: { value: name }, constructor: { value: { name: ctor } } });
}

// What was thrown, and what is to be made of it: action, kind, whether the work may have been done, and the upstream's health.
const unsent = "retry network no failure";
const unanswered = "retry network maybe failure";
const cut = "retry truncated yes failure";
const garbled = "retry malformed maybe failure";
const garbledBody = "retry malformed yes failure";
const oversized = "stop malformed yes neutral";
const slow = "retry timeout maybe failure";
const slowConnect = "retry timeout no failure";
const distrusted = "elsewhere tls no neutral";
const mistake = "stop invalid-request no neutral";
const redirected = "stop invalid-request maybe neutral";
const cancelled = "stop cancelled maybe neutral";
const unknown = "stop unknown maybe neutral";

type Expected = string | ({ readonly default: string } & Readonly<Partial<Record<Client, string>>>);
type Client = "node24-global" | "node20-global" | "bun-global" | "deno-global" | "node20-axios" | "node20-nf2";

/** By scenario; a client that tells more or less than the others has a verdict of its own. */
const scenarios: Readonly<Record<string, Expected>> = {
  refused: unsent,
  "refused-localhost-dual": unsent,
  "dns-nxdomain": unsent,
  // Only Node 24 and axios say that the reset came while connecting.
  "rst-on-connect": { default: unanswered, "node24-global": unsent, "node20-axios": unsent },
  "fin-on-connect": unanswered,
  "fin-after-request": unanswered,
  "rst-after-request": unanswered,
  "garbage-response": garbled,
  "partial-headers-fin": unanswered,
  // Bun says no more of a body that broke than of a connection that did.
  "truncated-content-length": { default: cut, "bun-global": unanswered },
  "truncated-chunked": { default: cut, "bun-global": unanswered },
  "rst-mid-body": { default: cut, "bun-global": unanswered, "node20-axios": unanswered, "node20-nf2": unanswered },
  "bad-chunk": {
    default: garbledBody,
    "bun-global": garbled,
    "deno-global": cut,
    "node20-axios": garbled,
    "node20-nf2": garbled,
  },
  "bad-gzip": garbledBody,
  "trunc-gzip": garbledBody,
  "huge-headers": oversized,
  "dup-content-length": garbled,
  "body-longer-than-CL": garbled,
  "rst-during-upload": unanswered,
  "413-then-close-during-upload": "change too-large no neutral",
  "stale-keepalive-rst": unanswered,
  "stale-keepalive-fin": unanswered,
  "redirect-loop": redirected,
  "redirect-bad-scheme": { default: redirected, "node20-nf2": mistake },
  "redirect-error-mode": redirected,
  "307-with-stream-body": {
    default: redirected,
    "node24-global": unknown,
    "node20-global": unknown,
    "node20-axios": mistake,
  },
  "json-of-html-502": { default: garbled, "node20-axios": "retry server maybe failure" },
  "tls-self-signed": distrusted,
  "tls-unknown-ca": distrusted,
  "tls-http-on-https-port": unanswered,
  "tls-https-on-http-port": distrusted,
  "tls-fin-in-handshake": { default: unsent, "bun-global": unanswered },
  "tls-rst-in-handshake": { default: unanswered, "deno-global": unsent },
  "invalid-url": mistake,
  "bad-scheme": mistake,
  "bad-port": { default: mistake, "bun-global": unsent, "node20-axios": unsent, "node20-nf2": unsent },
  "invalid-header-value": mistake,
  "invalid-header-nonlatin": mistake,
  "get-with-body": mistake,
  "stream-body-no-duplex": mistake,
  // The stream is spent: sending it again is not possible.
  "stream-body-errors": { default: unknown, "node20-axios": mistake },
  "reused-request-body": mistake,
  "abort-before": cancelled,
  "abort-default-reason": cancelled,
  // The caller's own reason, of which only the caller's signal tells that it is one.
  "abort-error-reason": { default: unknown, "node20-axios": cancelled, "node20-nf2": cancelled },
  "abort-string-reason": { default: unknown, "node20-axios": cancelled, "node20-nf2": cancelled },
  "abort-timeout-signal": { default: slow, "node20-axios": cancelled, "node20-nf2": cancelled },
  "abort-midbody-default": cancelled,
  "abort-midbody-error-reason": { default: unknown, "node20-axios": cancelled, "node20-nf2": cancelled },
  "abort-midbody-timeout-signal": { default: slow, "node20-axios": cancelled, "node20-nf2": cancelled },
  "axios-timeout": slow,
  "connect-blackhole-default": slowConnect,

  // workerd names its scenarios otherwise, and throws the same error whether or not the request was sent.
  dns: unsent,
  rstOnConnect: unanswered,
  finOnConnect: unanswered,
  finAfterReq: unanswered,
  rstAfterReq: unanswered,
  garbage: unanswered,
  partialHeaders: unanswered,
  truncCL: unanswered,
  truncChunked: unanswered,
  rstMidBody: unanswered,
  badChunk: unanswered,
  badGzip: garbledBody,
  truncGzip: garbledBody,
  redirectLoop: redirected,
  tlsSelf: unsent,
  tlsUnknownCA: unsent,
  tlsFin: unsent,
  httpsOnHttp: unsent,
  httpOnHttps: unanswered,
  badUrl: mistake,
  badScheme: mistake,
  badHeader: mistake,
  getBody: mistake,
  abortDefault: cancelled,
  abortErr: unknown,
  timeoutSig: slow,
  abortMid: cancelled,
  timeoutMid: slow,
  reusedReq: mistake,
  redirErr: redirected,
  stale: unanswered,
};

function expectedOf(scenario: string, client: string): string | undefined {
  if (client === "workerd" && scenario === "refused") return unanswered;
  const expected = scenarios[scenario];
  return typeof expected === "object" ? (expected[client as Client] ?? expected.default) : expected;
}

const fixtures = join(import.meta.dirname, "fixtures");

describe.each(readdirSync(fixtures).map((file) => file.replace(".jsonl", "")))("%s", (client) => {
  const lines = readFileSync(join(fixtures, `${client}.jsonl`), "utf8")
    .trim()
    .split("\n");
  const recorded = lines.map((line) => JSON.parse(line) as Recorded);
  // What succeeded, what the recorder itself cut off, and what its servers counted.
  const failures = recorded.filter(({ n, ok, code }) => !ok && code !== "HARNESS" && n !== "SERVER-SEEN");

  test.each(failures)("$n", (failure) => {
    const { action, kind, processed, health } = classify(revive(failure));
    expect(`${action} ${kind} ${processed} ${health}`).toBe(expectedOf(failure.n, client));
  });
});

describe("other clients", () => {
  function failed(message: string, fields: object = {}, cause?: unknown): Error {
    return Object.assign(new TypeError(message, { cause }), fields);
  }

  function undici(code: string, message: string, fields: object = {}): Error {
    return failed("fetch failed", {}, Object.assign(new Error(message), { code, ...fields }));
  }

  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), {
    code: "ECONNREFUSED",
    syscall: "connect",
  });

  test.each<[what: string, error: unknown, expected: string]>([
    [
      "undici: several addresses, all refused",
      failed("fetch failed", {}, Object.assign(new AggregateError([refused, refused], ""), { code: "ECONNREFUSED" })),
      unsent,
    ],
    [
      "undici: several addresses, without a code",
      failed("fetch failed", {}, new AggregateError([refused, refused], "")),
      unsent,
    ],
    ["undici: headers timeout", undici("UND_ERR_HEADERS_TIMEOUT", "Headers Timeout Error"), slow],
    [
      "undici: body timeout",
      failed("terminated", {}, Object.assign(new Error("Body Timeout Error"), { code: "UND_ERR_BODY_TIMEOUT" })),
      "retry timeout yes failure",
    ],
    [
      "undici: connect timeout",
      undici("UND_ERR_CONNECT_TIMEOUT", "Connect Timeout Error (attempted address: multi.test:9130, timeout: 300ms)"),
      slowConnect,
    ],
    ["undici: destroyed", undici("UND_ERR_DESTROYED", "The client is destroyed"), mistake],
    ["undici: closed", undici("UND_ERR_CLOSED", "The client is closed"), mistake],
    [
      "undici: the dispatcher of another major version",
      undici("UND_ERR_INVALID_ARG", "invalid onRequestStart method"),
      mistake,
    ],
    [
      "undici: temporary failure of names",
      undici("EAI_AGAIN", "getaddrinfo EAI_AGAIN multi.test", { syscall: "getaddrinfo" }),
      unsent,
    ],
    [
      "undici: a certificate for another name",
      undici("ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames"),
      distrusted,
    ],
    ["undici: an expired certificate", undici("CERT_HAS_EXPIRED", "certificate has expired"), distrusted],
    [
      "undici: a body beyond the limit",
      failed(
        "terminated",
        {},
        Object.assign(new Error("Response content exceeded max size"), { code: "UND_ERR_RES_EXCEEDED_MAX_SIZE" }),
      ),
      oversized,
    ],
    [
      "undici: closed before a byte was written",
      undici("UND_ERR_SOCKET", "other side closed", { socket: { bytesWritten: 0, bytesRead: 0 } }),
      unsent,
    ],
    [
      "undici: a proxy that wants a password",
      undici("UND_ERR_ABORTED", "Proxy response (407) !== 200 when HTTP Tunneling", { name: "AbortError" }),
      "elsewhere proxy no neutral",
    ],
    [
      "Node: an alert of TLS",
      undici("ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC", "ssl3_read_bytes:sslv3 alert bad record mac"),
      unanswered,
    ],
    [
      "Node: HTTP/2 goes away",
      undici("ERR_HTTP2_GOAWAY_SESSION", "New streams cannot be created after receiving a GOAWAY"),
      unanswered,
    ],
    ["Node: no route", undici("EHOSTUNREACH", "connect EHOSTUNREACH 10.0.0.1:443", { syscall: "connect" }), unsent],
    [
      "Node: connecting took too long",
      undici("ETIMEDOUT", "connect ETIMEDOUT 10.0.0.1:443", { syscall: "connect" }),
      slowConnect,
    ],
    ["Node: reading took too long", undici("ETIMEDOUT", "read ETIMEDOUT", { syscall: "read" }), slow],
    ["Node: the other end of a pipe is gone", undici("EPIPE", "write EPIPE", { syscall: "write" }), unanswered],
    [
      "Bun 1.2: refused",
      Object.assign(new Error("Unable to connect. Is the computer able to access the url?"), {
        code: "ConnectionRefused",
      }),
      unsent,
    ],
    [
      "Bun 1.2: closed",
      Object.assign(new Error("The socket connection was closed unexpectedly."), { code: "ECONNRESET" }),
      unanswered,
    ],
    [
      "Bun 1.2: no socket",
      Object.assign(new Error("Was there a typo in the url or port?"), { code: "FailedToOpenSocket" }),
      unsent,
    ],
    [
      "Bun 1.2: a certificate",
      Object.assign(new Error("unknown certificate verification error"), {
        code: "UNKNOWN_CERTIFICATE_VERIFICATION_ERROR",
      }),
      distrusted,
    ],
    [
      "Bun 1.2: cut gzip",
      Object.assign(new Error('ShortRead fetching "http://127.0.0.1:9120/".'), { code: "ShortRead" }),
      garbledBody,
    ],
    [
      "Bun 1.2: redirects",
      Object.assign(new Error("The response redirected too many times."), { code: "TooManyRedirects" }),
      redirected,
    ],
    [
      "Deno: names",
      failed(
        "fetch failed",
        {},
        new Error("error sending request: client error (Connect): dns error: Temporary failure in name resolution"),
      ),
      unsent,
    ],
    ["Chrome: not connected", failed("Failed to fetch"), unanswered],
    ["Chrome: in the body", failed("network error"), cut],
    ["Firefox: not connected", failed("NetworkError when attempting to fetch resource."), unanswered],
    ["Firefox: in the body", failed("Error in body stream"), cut],
    ["Safari", failed("Load failed"), unanswered],
    ["Safari, older", failed("The network connection was lost."), unanswered],
    ["Safari, offline", failed("The Internet connection appears to be offline."), unanswered],
    ["Safari, names", failed("A server with the specified hostname could not be found."), unanswered],
    ["React Native", failed("Network request failed"), unanswered],
    ["React Native, timeout", failed("Network request timed out"), slow],
    ["fetch, without a cause", failed("fetch failed"), unanswered],
    ["Node: the response was aborted", Object.assign(new Error("aborted"), { code: "ECONNRESET" }), cut],
    ["a bug of the caller's", new TypeError("Cannot read properties of undefined (reading 'choices')"), unknown],
    ["a plain error", new Error("boom"), unknown],
  ])("%s", (_, error, expected) => {
    const { action, kind, processed, health } = classify(error);
    expect(`${action} ${kind} ${processed} ${health}`).toBe(expected);
  });

  test("a path in a URL spells nothing", () => {
    const error = Object.assign(
      new Error("request to https://127.0.0.1/redirect/ERR_INVALID_URL/gzip failed, reason: socket hang up"),
      { code: "ECONNRESET", name: "FetchError" },
    );
    expect(classify(error).kind).toBe("network");
  });
});
