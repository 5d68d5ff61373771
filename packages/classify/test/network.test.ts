import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { classify } from "../src/index.ts";
import {
  unsent,
  unanswered,
  cut,
  garbled,
  garbledBody,
  oversized,
  slow,
  slowConnect,
  distrusted,
  mistake,
  redirected,
  cancelled,
  unknown,
  thrown,
} from "./catalogue/thrown.ts";

/** A failure as a client threw it, recorded against servers that refuse, reset, stall, truncate and lie. */
interface Recorded {
  readonly n: string;
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

function coded(fields: object): Error {
  return Object.assign(new Error("x"), fields);
}

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
  const failures = lines.map((line) => JSON.parse(line) as Recorded);

  test.each(failures)("$n", (failure) => {
    const { action, kind, processed, health } = classify(revive(failure));
    expect(`${action} ${kind} ${processed} ${health}`).toBe(expectedOf(failure.n, client));
  });
});

describe("other clients", () => {
  test.each(thrown)("%s", (_, error, expected) => {
    const { action, kind, processed, health } = classify(error);
    expect(`${action} ${kind} ${processed} ${health}`).toBe(expected);
  });

  class AbortError extends Error {}

  test.each<[what: string, error: Error, verdict: string]>([
    ["the name of a class", new AbortError("x"), cancelled],
    ["a type", coded({ type: "max-redirect" }), redirected],
    ["an event", coded({ code: "ETIMEDOUT", event: "connect" }), slowConnect],
    ["the same code of another event", coded({ code: "ETIMEDOUT", event: "response" }), slow],
    ["a system call, above a cause", coded({ code: "EX", syscall: "connect", cause: new Error("y") }), unsent],
    ["a flag", coded({ retryable: true }), unanswered],
    ["the flag unset", coded({ retryable: false }), unknown],
    ["a body that broke", coded({ code: "ECONNRESET", message: "terminated" }), cut],
    ["a message that starts like that", coded({ code: "ECONNRESET", message: "terminated early" }), unanswered],
    ["a message that ends like that", coded({ code: "ECONNRESET", message: "was terminated" }), unanswered],
    ["the scheme of a URL", new Error("cannot reach protocols://x"), unknown],
    [
      "a timer in advice",
      new Error("`fetch()` rejects when the prerender is complete; do not use `setTimeout`"),
      unknown,
    ],
    ["a timer that was exceeded", new Error("ReadTimeout"), slow],
    ["a code behind too many words", coded({ name: `${"x".repeat(200)}AbortError` }), unknown],
    ["a name that is no word", coded({ name: Symbol("AbortError"), code: "ECONNRESET" }), unanswered],
  ])("%s counts for what it is worth", (_, error, expected) => {
    const { action, kind, processed, health } = classify(error);
    expect(`${action} ${kind} ${processed} ${health}`).toBe(expected);
  });

  test.each<[code: string, verdict: string]>([
    ["EAI_AGAIN", unsent],
    ["ENOTFOUND", unsent],
    ["ENODATA", unsent],
    ["ECONNREFUSED", unsent],
    ["EHOSTUNREACH", unsent],
    ["ENETUNREACH", unsent],
    ["ENETDOWN", unsent],
    ["EHOSTDOWN", unsent],
    ["EADDRNOTAVAIL", unsent],
    ["SELF_SIGNED_CERT_IN_CHAIN", distrusted],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", distrusted],
    ["ERR_TLS_CERT_ALTNAME_INVALID", distrusted],
    ["ERR_SSL_WRONG_VERSION_NUMBER", distrusted],
    ["HOSTNAME_MISMATCH", distrusted],
    ["ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC", unanswered],
    ["UND_ERR_NOT_SUPPORTED", mistake],
    ["ERR_BAD_OPTION_VALUE", mistake],
    ["EPIPE", unanswered],
    ["ENOTCONN", unanswered],
    ["ERR_NETWORK", unanswered],
    ["ERR_QUIC_TRANSPORT_ERROR", unanswered],
    ["UND_ERR_SOCKET", unanswered],
  ])("the code %s says enough", (code, expected) => {
    const { action, kind, processed, health } = classify(coded({ code }));
    expect(`${action} ${kind} ${processed} ${health}`).toBe(expected);
  });

  test("a DOMException named NetworkError is one, as happy-dom's fetch and XMLHttpRequest throw it", () => {
    const error = new DOMException("Fetch failed for http://127.0.0.1/", "NetworkError");
    expect(classify(error)).toEqual({ action: "retry", kind: "network", processed: "maybe", health: "failure" });
  });

  test("a path in a URL spells nothing", () => {
    const error = Object.assign(
      new Error("request to https://127.0.0.1/redirect/ERR_INVALID_URL/gzip failed, reason: socket hang up"),
      { code: "ECONNRESET", name: "FetchError" },
    );
    expect(classify(error).kind).toBe("network");
  });
});
