/** What network failures mean, as the HTTP clients of all runtimes throw them. */
import type { Kind } from "@evenkeel/core";
import { firstMatch } from "./first-match.ts";
import { property } from "./property.ts";
import type { OutcomeOf, Row } from "./provider.ts";
import { badSample, outcomeOf } from "./verdict-of.ts";

type Rule = Row<Kind | OutcomeOf>;

/** It failed before anything was sent, so even a call that costs money can be repeated. */
const unsent = { kind: "network", processed: "no" } as const;
/** The headers were valid, but not the body. */
const malformedBody = { kind: "malformed", processed: "yes" } as const;
const redirected = { kind: "invalid-request", processed: "maybe" } as const;

/** What a proxy responds instead of opening a tunnel. It precedes all else, because undici aborts the request for it. */
const byProxy: readonly Rule[] = [
  // It could not reach the upstream, or was overloaded: as temporary as where the upstream itself refuses a connection.
  [/(Proxy response \(|establish tunnel to .* HTTP\S+ )5\d\d/, { kind: "proxy", action: "retry", health: "failure" }],
  [/Proxy response|establish tunnel to /, "proxy"],
];

/** Matched against names, codes and system calls, which cannot be mistaken for user input. */
const byCode: readonly Rule[] = [
  [/NoObjectGenerated/, badSample],
  [/Abort|Cancel/, "cancelled"],
  [/CONNECT_TIMEOUT|ETIMEDOUT (connect|lookup|secureConnect)/, { kind: "timeout", processed: "no" }],
  [
    / (connect|getaddrinfo)$|EAI_|ENOTFOUND|ENODATA|refused|UNREACH|(NET|HOST)DOWN|ADDRNOTAVAIL|FailedToOpen|HTTP2_(GOAWAY|INVALID_SESSION|STREAM_CANCEL)/im,
    unsent,
  ],
  // Alerts, except those that the next handshake would end with, too.
  [/RECORD_MAC|SSL[\w/]*ALERT_(?!\w*CERT|HANDSHAKE|PROTOCOL|UNKNOWN_CA|ACCESS)/, "network"],
  [/CERT|UNABLE_TO_|ERR_(TLS|SSL)|HOSTNAME_MISMATCH/, "tls"],
  [/redirect/i, redirected],
  [/OVERFLOW|EXCEEDED_MAX/, { kind: "malformed", action: "stop", processed: "yes", health: "neutral" }],
  [/ERR_(INVALID|BAD_OPTION|NOT_SUPPORT|DESTROYED|CLOSED)/, "invalid-request"],
  [/Z_\w+_ERROR|ERR__ERROR_|ZSTD_|ZlibError|ShortRead/, malformedBody],
  [/BODY_TIMEOUT/, { kind: "timeout", processed: "yes" }],
  [/timed?out|ECONNABORTED/i, "timeout"],
  [/HPE_|HTTPParser|_MISMATCH|Malformed_|InvalidHTTP|InvalidContent/, "malformed"],
];

/** Matched against messages, if no code is specific enough. */
const byMessage: readonly Rule[] = [
  [/(user|request was) aborted/i, "cancelled"],
  [
    /wrong version number|peer certificate|corrupt message|speak TLS|alert (\w+ )?(cert|handshake|protocol|unknown ca|access)/,
    "tls",
  ],
  [/tunnel timed out/, { kind: "timeout", processed: "no" }],
  [
    /\(Connect\)|before secure TLS|receiving CONNECT|tunnel ended|REFUSED_STREAM|refused stream|^internal error; reference/m,
    unsent,
  ],
  [/redirect|URL scheme must be/i, redirected],
  [
    /^(terminated|aborted|network error)$|error reading a body|[Pp]remature close|stream has been aborted|body stream|ended without (?!producing a content)|missing finish_reason|not receive done|unexpected EOF/m,
    "truncated",
  ],
  [/gzip|unexpected end of file/i, malformedBody],
  [/invalid (HTTP|content-length)|JSON/, "malformed"],
  // Next.js advises against `setTimeout` when it ends a `fetch` that a prerender does not wait for.
  [/(?<!set)timed? ?out/i, "timeout"],
  [
    /ECONNRESET|EPIPE|EPROTO|other side closed|hang up|reset by peer|SendRequest|bad record mac|connection (lost|error|was closed|closed before)|network ?(request|connection|error)|internet connection|hostname could not/i,
    "network",
  ],
  // Browsers add the host in parentheses.
  [/(fetch failed|failed to fetch|load failed)( \(.*\)| sending request)?$/i, "network"],
  [
    /(invalid|parse|absolute) url|url is invalid|scheme|protocol(?!.error)|\bport\b|header|bytestring|have (a )?body|duplex|already been used|body already|used body|unusable|cannot load/i,
    "invalid-request",
  ],
];

/** Matched against codes that only say that something broke, so that a message takes precedence. */
const byVagueCode: readonly Rule[] = [
  [/CONN|ConnectionClosed|NetworkError|EPIPE|EPROTO|ERR_(NETWORK|HTTP2|QUIC)|UND_ERR_|retryable/, "network"],
];

/** Returns what a chain of errors, the outermost first, means if it is a network failure, a timeout or a cancellation. */
export function networkFailure(chain: readonly unknown[]): OutcomeOf | undefined {
  const codes = chain.map(codesOf).join("\n");
  const messages = chain.flatMap(messageOf).join("\n");
  const match =
    firstMatch(byProxy, messages) ??
    firstMatch(byCode, codes) ??
    firstMatch(byMessage, messages) ??
    firstMatch(byVagueCode, codes);
  const outcome = match && outcomeOf(match);
  // undici, when it loses a response whose headers have arrived, whatever the cause.
  return outcome && /^terminated$/m.test(messages) ? { ...outcome, processed: "yes" } : outcome;
}

function codesOf(error: unknown): string {
  const unwritten = property(property(error, "socket"), "bytesWritten") === 0;
  return [
    property(error, "name"),
    property(property(error, "constructor"), "name"),
    property(error, "type"),
    property(error, "retryable") === true && "retryable",
    property(error, "code"),
    // If no byte was written, it is equivalent to a failure to connect.
    unwritten ? "connect" : (property(error, "syscall") ?? property(error, "event")),
  ]
    .filter((word) => typeof word === "string")
    .join(" ")
    .slice(0, 200);
}

/** Without URLs, whose paths could match by accident. A cause without a message, such as a response, does not even add a line. */
function messageOf(error: unknown): string | [] {
  const message = property(error, "message");
  return typeof message === "string" ? message.slice(0, 1_000).replaceAll(/\w+:\/\/\S+/g, "") : [];
}
