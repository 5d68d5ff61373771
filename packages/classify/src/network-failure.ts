/** What the failures of the network mean, as the clients of every runtime throw them. */
import { property } from "./property.ts";
import type { OutcomeOf } from "./provider.ts";
import { badSample } from "./verdict-of.ts";

type Rule = readonly [pattern: RegExp, outcome: OutcomeOf];

/** Nothing had been sent when it failed: even a call that costs money may be made again. */
const unsent = { kind: "network", processed: "no" } as const;
/** Something broke, and nobody knows when. */
const unanswered = { kind: "network" } as const;
const timeout = { kind: "timeout" } as const;
const tls = { kind: "tls" } as const;
/** What came is no HTTP, or no JSON. */
const garbled = { kind: "malformed" } as const;
const garbledBody = { kind: "malformed", processed: "yes" } as const;
/** The client refused the request itself. */
const mistake = { kind: "invalid-request" } as const;
const redirected = { kind: "invalid-request", processed: "maybe" } as const;

/** By names, codes and system calls, which no prose can be mistaken for. */
const byCode: readonly Rule[] = [
  [/NoObjectGenerated/, badSample],
  [/Abort|Cancel/, { kind: "cancelled" }],
  [/CONNECT_TIMEOUT|ETIMEDOUT (connect|lookup|secureConnect)/, { kind: "timeout", processed: "no" }],
  [/ (connect|getaddrinfo)$|EAI_|ENOTFOUND|ENODATA|refused|UNREACH|NETDOWN|ADDRNOTAVAIL|FailedToOpen/im, unsent],
  [/SSL\w*(ALERT|RECORD_MAC)/, unanswered],
  [/CERT|UNABLE_TO_|ERR_(TLS|SSL)|HOSTNAME_MISMATCH/, tls],
  [/redirect/i, redirected],
  [/OVERFLOW|EXCEEDED_MAX/, { kind: "malformed", action: "stop", processed: "yes", health: "neutral" }],
  [/ERR_(INVALID|BAD_OPTION|NOT_SUPPORT|DESTROYED|CLOSED)/, mistake],
  [/Z_\w+_ERROR|ZlibError|ShortRead/, garbledBody],
  [/BODY_TIMEOUT/, { kind: "timeout", processed: "yes" }],
  [/timed?out|ECONNABORTED/i, timeout],
  [/HPE_|HTTPParser|_MISMATCH|Malformed_|InvalidHTTP|InvalidContent/, garbled],
];

/** By what messages say, where codes say nothing, or too little. */
const byMessage: readonly Rule[] = [
  [/(user|request was) aborted/i, { kind: "cancelled" }],
  [/wrong version number|peer certificate|corrupt message|speak TLS/, tls],
  [/\(Connect\)|before secure TLS|^internal error; reference/m, unsent],
  [/redirect|URL scheme must be/i, redirected],
  [
    /^(terminated|aborted|network error)$|error reading a body|[Pp]remature close|stream has been aborted|body stream|ended without (?!producing a content)|missing finish_reason|not receive done|unexpected EOF/m,
    { kind: "truncated" },
  ],
  [/gzip|unexpected end of file/i, garbledBody],
  [/invalid (HTTP|content-length)|JSON/, garbled],
  [/timed? ?out/i, timeout],
  [/ECONNRESET|EPIPE|EPROTO|other side closed|hang up|reset by peer|SendRequest|bad record mac/, unanswered],
  [/connection (lost|error)|network ?(request|connection|error)|internet connection|hostname could not/i, unanswered],
  [/(fetch failed|failed to fetch|load failed)$/i, unanswered],
  [
    /invalid url|url is invalid|parse url|absolute url|scheme|protocol(?!.error)|\bport\b|header|bytestring|have (a )?body|duplex|already been used|body already|used body|unusable|cannot load/i,
    mistake,
  ],
];

/** By codes that say only that something broke: what the message says goes before. */
const byVagueCode: readonly Rule[] = [[/CONN|EPIPE|EPROTO|ERR_(NETWORK|HTTP2|QUIC)|UND_ERR_|retryable/, unanswered]];

/** Returns what the errors of a chain, the outermost first, mean: if the network failed, time ran out or somebody cancelled. */
export function networkFailure(chain: readonly unknown[]): OutcomeOf | undefined {
  const codes = chain.map(codesOf).join("\n");
  const messages = chain.flatMap(messageOf).join("\n");
  if (messages.includes("Proxy response")) return { kind: "proxy" };
  const outcome = find(byCode, codes) ?? find(byMessage, messages) ?? find(byVagueCode, codes);
  // Whatever broke the body: the answer was on its way.
  return outcome && /^terminated$/m.test(messages) ? { ...outcome, processed: "yes" } : outcome;
}

function find(rules: readonly Rule[], text: string): OutcomeOf | undefined {
  return rules.find(([pattern]) => pattern.test(text))?.[1];
}

function codesOf(error: unknown): string {
  const unwritten = property(property(error, "socket"), "bytesWritten") === 0;
  return [
    property(error, "name"),
    property(property(error, "constructor"), "name"),
    property(error, "type"),
    property(error, "retryable") === true && "retryable",
    property(error, "code"),
    // Where not a byte was written, it was as good as never connected.
    unwritten ? "connect" : (property(error, "syscall") ?? property(error, "event")),
  ]
    .filter((word) => typeof word === "string")
    .join(" ")
    .slice(0, 200);
}

/** URLs are left out: a path may spell anything. A cause that is no error, such as a response, has no message, not even an empty one. */
function messageOf(error: unknown): string | [] {
  const message = property(error, "message");
  return typeof message === "string" ? message.slice(0, 1_000).replaceAll(/\w+:\/\/\S+/g, "") : [];
}
