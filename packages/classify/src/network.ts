/** What the failures of the network mean, as the clients of every runtime throw them. */
import type { OutcomeOf } from "./table.ts";

type Rule = readonly [pattern: RegExp, outcome: OutcomeOf];

/** Nothing had been sent when it failed: even a call that costs money may be made again. */
const unsent = { kind: "network", processed: "no" } as const;
/** The client refused the request itself. */
const mistake = { kind: "invalid-request" } as const;
const redirect = { kind: "invalid-request", processed: "maybe" } as const;

/** By names, codes and system calls, which no prose can be mistaken for. */
const byCode: readonly Rule[] = [
  [
    /\b(AbortError|CanceledError|APIUserAbortError|RequestAbortedError|ResponseAborted|ERR_CANCELED|ERR_ABORTED)\b/,
    { kind: "cancelled" },
  ],
  [/CONNECT_TIMEOUT|ETIMEDOUT (connect|lookup|secureConnect)/, { kind: "timeout", processed: "no" }],
  [
    / (connect|getaddrinfo)$|EAI_AGAIN|ENOTFOUND|ENODATA|EREFUSED|ECONNREFUSED|E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL/m,
    unsent,
  ],
  [/ConnectionRefused|FailedToOpenSocket/, unsent],
  [/ERR_SSL_\w*(ALERT|RECORD_MAC)/, { kind: "network" }],
  [/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH/, { kind: "tls" }],
  [/REDIRECT|Redirect|(max|no)-redirect/, redirect],
  [/OVERFLOW|EXCEEDED_MAX_SIZE/, { kind: "malformed", action: "stop", processed: "yes", health: "neutral" }],
  [/ERR_(INVALID|BAD_OPTION|BAD_REQUEST|BODY_ALREADY_USED)|UND_ERR_(INVALID|NOT_SUPPORTED|DESTROYED|CLOSED)/, mistake],
  [/Z_\w+_ERROR|ZlibError|ShortRead/, { kind: "malformed", processed: "yes" }],
  [/BODY_TIMEOUT/, { kind: "timeout", processed: "yes" }],
  [/Timeout|TIMEOUT|ETIMEDOUT|ECONNABORTED/, { kind: "timeout" }],
  [/HPE_|HTTPParser|LENGTH_MISMATCH|Malformed_HTTP|InvalidHTTP|InvalidContentLength/, { kind: "malformed" }],
];

/** By what messages say, where codes say nothing, or too little. */
const byMessage: readonly Rule[] = [
  [/(user|request was) aborted/i, { kind: "cancelled" }],
  [/wrong version number|peer certificate|corrupt message|speak TLS/, { kind: "tls" }],
  [/\(Connect\)|before secure TLS|handshake eof|name resolution|^internal error; reference/m, unsent],
  [/redirect|URL scheme must be/i, redirect],
  [
    /^(terminated|aborted|network error)$|error reading a body|[Pp]remature close|stream has been aborted|body stream/m,
    { kind: "truncated" },
  ],
  [/gzip|unexpected end of file/i, { kind: "malformed", processed: "yes" }],
  [/invalid (HTTP|content-length)|JSON/, { kind: "malformed" }],
  [/timed? ?out/i, { kind: "timeout" }],
  [
    /ECONNRESET|EPIPE|EPROTO|other side closed|socket hang up|reset by peer|SendRequest|bad record mac/,
    { kind: "network" },
  ],
  [
    /connection (lost|error)|network (request failed|connection|error)|NetworkError|internet connection|hostname could not/i,
    { kind: "network" },
  ],
  [/(fetch failed|failed to fetch|load failed)$/i, { kind: "network" }],
  [
    /invalid url|url is invalid|parse url|absolute url|scheme|protocol|\bport\b|header|bytestring|have (a )?body|duplex|already been used|body already|used body|unusable|cannot load/i,
    mistake,
  ],
];

/** By codes that say only that something broke: what the message says goes before. */
const byVagueCode: readonly Rule[] = [
  [/ECONNRESET|EPIPE|EPROTO|ENOTCONN|ERR_(NETWORK|HTTP2|QUIC)|UND_ERR_|retryable/, { kind: "network" }],
];

/** Returns what the lines of codes and of messages (one an error of the chain, the outermost first) mean, if it is the network's. */
export function networkOutcome(codes: string, messages: string): OutcomeOf | undefined {
  if (messages.includes("Proxy response")) return { kind: "proxy" };
  const outcome = find(byCode, codes) ?? find(byMessage, messages) ?? find(byVagueCode, codes);
  // Whatever broke the body: the answer was on its way.
  return outcome && /^terminated$/m.test(messages) ? { ...outcome, processed: "yes" } : outcome;
}

function find(rules: readonly Rule[], text: string): OutcomeOf | undefined {
  return rules.find(([pattern]) => pattern.test(text))?.[1];
}
