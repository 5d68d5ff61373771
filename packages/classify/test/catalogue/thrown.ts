/** What clients throw, and what is to be made of it. */

// As a verdict is read aloud: action, kind, whether the work may have been done, and the upstream's health.
export const unsent = "retry network no failure";
export const unanswered = "retry network maybe failure";
export const cut = "retry truncated yes failure";
export const garbled = "retry malformed maybe failure";
export const garbledBody = "retry malformed yes failure";
export const oversized = "stop malformed yes neutral";
export const slow = "retry timeout maybe failure";
export const slowConnect = "retry timeout no failure";
export const distrusted = "elsewhere tls no neutral";
const blocked = "elsewhere proxy no neutral";
const untunneled = "retry proxy no failure";
export const mistake = "stop invalid-request no neutral";
export const redirected = "stop invalid-request maybe neutral";
export const cancelled = "stop cancelled maybe neutral";
export const unknown = "stop unknown maybe neutral";

function failed(message: string, fields: object = {}, cause?: unknown): Error {
  return Object.assign(new TypeError(message, { cause }), fields);
}

function undici(code: string, message: string, fields: object = {}): Error {
  return failed("fetch failed", {}, Object.assign(new Error(message), { code, ...fields }));
}

/** What Node's own HTTP client throws if it is configured to use a proxy. */
function tunnel(message: string): Error {
  return Object.assign(new Error(message), { code: "ERR_PROXY_TUNNEL" });
}

const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), {
  code: "ECONNREFUSED",
  syscall: "connect",
});

/** Failures that no fixture holds, by client. */
export const thrown: readonly (readonly [what: string, error: unknown, verdict: string])[] = [
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
  ["undici: the client is destroyed", undici("UND_ERR_DESTROYED", "The client is destroyed"), mistake],
  ["undici: the client is closed", undici("UND_ERR_CLOSED", "The client is closed"), mistake],
  [
    "undici: a dispatcher of another major version",
    undici("UND_ERR_INVALID_ARG", "invalid onRequestStart method"),
    mistake,
  ],
  [
    "undici: temporary DNS failure",
    undici("EAI_AGAIN", "getaddrinfo EAI_AGAIN multi.test", { syscall: "getaddrinfo" }),
    unsent,
  ],
  [
    "undici: a certificate for another host",
    undici("ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames"),
    distrusted,
  ],
  ["undici: an expired certificate", undici("CERT_HAS_EXPIRED", "certificate has expired"), distrusted],
  [
    "undici: the response is larger than the limit",
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
    "undici: the proxy requires authentication",
    undici("UND_ERR_ABORTED", "Proxy response (407) !== 200 when HTTP Tunneling", { name: "AbortError" }),
    blocked,
  ],
  [
    "undici: the proxy cannot reach the host",
    undici("UND_ERR_ABORTED", "Proxy response (502) !== 200 when HTTP Tunneling", { name: "AbortError" }),
    untunneled,
  ],
  [
    "Node: the proxy requires authentication",
    tunnel("Failed to establish tunnel to x:443 via http://10.0.0.1:3128: HTTP/1.1 407 Proxy Authentication Required"),
    blocked,
  ],
  [
    "Node: the proxy cannot reach the host",
    tunnel("Failed to establish tunnel to x:443 via http://10.0.0.1:3128: HTTP/1.1 503 Service Unavailable"),
    untunneled,
  ],
  [
    "Node: the proxy cannot reach the host, with its status",
    Object.assign(tunnel("Failed to establish tunnel to x:443 via http://10.0.0.1:3128: HTTP/1.1 503 x"), {
      statusCode: 503,
    }),
    untunneled,
  ],
  ["Node: the proxy closed the connection", tunnel("Connection to establish proxy tunnel ended unexpectedly"), unsent],
  ["Node: the proxy did not answer", tunnel("Connection to establish proxy tunnel timed out after 700ms"), slowConnect],
  [
    "Node: TLS alert",
    undici("ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC", "ssl3_read_bytes:sslv3 alert bad record mac"),
    unanswered,
  ],
  [
    "Node: TLS alert about an internal error",
    undici("ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", "ssl3_read_bytes:tlsv1 alert internal error:SSL alert number 80"),
    unanswered,
  ],
  [
    "Node: TLS alert about the version",
    undici("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "ssl3_read_bytes:tlsv1 alert protocol version:SSL alert number 70"),
    distrusted,
  ],
  [
    "Node: TLS alert about a client's certificate",
    undici("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ssl3_read_bytes:tlsv13 alert certificate required"),
    distrusted,
  ],
  [
    "Node: TLS alert about the handshake, up to version 22",
    undici("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "ssl3_read_bytes:sslv3 alert handshake failure"),
    distrusted,
  ],
  [
    "Node: TLS alert about the handshake",
    undici("ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "ssl3_read_bytes:ssl/tls alert handshake failure"),
    distrusted,
  ],
  [
    "Node: a new stream after HTTP/2 GOAWAY",
    undici("ERR_HTTP2_GOAWAY_SESSION", "New streams cannot be created after receiving a GOAWAY"),
    unsent,
  ],
  ["undici: HTTP/2 GOAWAY", undici("UND_ERR_SOCKET", 'HTTP/2: "GOAWAY" frame received with code 0'), unanswered],
  [
    "Node: a pending stream of an HTTP/2 session that failed",
    undici("ERR_HTTP2_STREAM_CANCEL", "The pending stream has been canceled (caused by: read ECONNRESET)"),
    unsent,
  ],
  [
    "Node: HTTP/2 stream refused",
    undici("ERR_HTTP2_STREAM_ERROR", "Stream closed with error code NGHTTP2_REFUSED_STREAM"),
    unsent,
  ],
  [
    "undici: invalid Brotli",
    failed("terminated", {}, Object.assign(new Error("Decompression failed"), { code: "ERR__ERROR_FORMAT_PADDING_2" })),
    garbledBody,
  ],
  [
    "undici: invalid Zstandard",
    failed(
      "terminated",
      {},
      Object.assign(new Error("Unknown frame descriptor"), { code: "ZSTD_error_prefix_unknown" }),
    ),
    garbledBody,
  ],
  [
    "node-fetch: invalid Brotli",
    Object.assign(new Error("Decompression failed"), { code: "ERR__ERROR_FORMAT_PADDING_2" }),
    garbledBody,
  ],
  [
    "https-proxy-agent: the proxy closed the connection",
    Object.assign(
      new Error("request to https://x/v1 failed, reason: Proxy connection ended before receiving CONNECT response"),
      { name: "FetchError" },
    ),
    unsent,
  ],
  [
    "node-fetch: TLS alert about the version",
    Object.assign(
      new Error(
        "request to https://x/v1 failed, reason: write EPROTO 40DD:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../deps/openssl/ssl/record/rec_layer_s3.c:1605:SSL alert number 70",
      ),
      { name: "FetchError", code: "EPROTO" },
    ),
    distrusted,
  ],
  [
    "node-fetch: TLS alert",
    Object.assign(
      new Error(
        "request to https://x/v1 failed, reason: write EPROTO 40DD:sslv3 alert bad record mac:SSL alert number 20",
      ),
      { name: "FetchError", code: "EPROTO" },
    ),
    unanswered,
  ],
  [
    "Node: no route to the host",
    undici("EHOSTUNREACH", "connect EHOSTUNREACH 10.0.0.1:443", { syscall: "connect" }),
    unsent,
  ],
  ["Node: connect timeout", undici("ETIMEDOUT", "connect ETIMEDOUT 10.0.0.1:443", { syscall: "connect" }), slowConnect],
  ["Node: read timeout", undici("ETIMEDOUT", "read ETIMEDOUT", { syscall: "read" }), slow],
  ["Node: broken pipe", undici("EPIPE", "write EPIPE", { syscall: "write" }), unanswered],
  [
    "Bun 1.2: connection refused",
    Object.assign(new Error("Unable to connect. Is the computer able to access the url?"), {
      code: "ConnectionRefused",
    }),
    unsent,
  ],
  [
    "Bun 1.2: connection closed",
    Object.assign(new Error("The socket connection was closed unexpectedly."), { code: "ECONNRESET" }),
    unanswered,
  ],
  [
    "Bun 1.2: connection closed, in its own words",
    Object.assign(new Error("The socket connection was closed unexpectedly."), { code: "ConnectionClosed" }),
    unanswered,
  ],
  [
    "Bun 1.2: failed to open a socket",
    Object.assign(new Error("Was there a typo in the url or port?"), { code: "FailedToOpenSocket" }),
    unsent,
  ],
  [
    "Bun 1.2: certificate error",
    Object.assign(new Error("unknown certificate verification error"), {
      code: "UNKNOWN_CERTIFICATE_VERIFICATION_ERROR",
    }),
    distrusted,
  ],
  [
    "Bun 1.2: truncated gzip",
    Object.assign(new Error('ShortRead fetching "http://127.0.0.1:9120/".'), { code: "ShortRead" }),
    garbledBody,
  ],
  [
    "Bun 1.2: too many redirects",
    Object.assign(new Error("The response redirected too many times."), { code: "TooManyRedirects" }),
    redirected,
  ],
  [
    "Deno: DNS failure",
    failed(
      "fetch failed",
      {},
      new Error("error sending request: client error (Connect): dns error: Temporary failure in name resolution"),
    ),
    unsent,
  ],
  ["Chrome: connection failed", failed("Failed to fetch"), unanswered],
  ["Chrome: connection failed (newer versions)", failed("Failed to fetch (api.openai.com)"), unanswered],
  ["Chrome: failure in the body", failed("network error"), cut],
  ["Firefox: connection failed", failed("NetworkError when attempting to fetch resource."), unanswered],
  ["Firefox: failure in the body", failed("Error in body stream"), cut],
  ["Safari: load failed", failed("Load failed"), unanswered],
  ["Safari: connection lost (older versions)", failed("The network connection was lost."), unanswered],
  ["Safari: offline", failed("The Internet connection appears to be offline."), unanswered],
  ["Safari: host not found", failed("A server with the specified hostname could not be found."), unanswered],
  ["React Native: request failed", failed("Network request failed"), unanswered],
  ["React Native: timeout", failed("Network request timed out"), slow],
  ["Google's SDK: connection failed", new Error("exception TypeError: fetch failed sending request"), unanswered],
  ["Bun: connection closed, without its code", new Error("The socket connection was closed unexpectedly."), unanswered],
  [
    "Deno: connection closed (older versions)",
    failed("error sending request for url (https://api.openai.com/v1): connection closed before message completed"),
    unanswered,
  ],
  [
    "Deno: HTTP/2 stream refused",
    failed("error sending request: http2 error: stream error received: refused stream before processing any logic"),
    unsent,
  ],
  ["fetch: failed without a cause", failed("fetch failed"), unanswered],
  ["MSW: a network error", failed("Failed to fetch", {}, Response.error()), unanswered],
  ["Node: the response was aborted", Object.assign(new Error("aborted"), { code: "ECONNRESET" }), cut],
  [
    "Node: HTTP/2 stream error",
    Object.assign(new Error("Stream closed with error code NGHTTP2_PROTOCOL_ERROR"), {
      code: "ERR_HTTP2_STREAM_ERROR",
    }),
    unanswered,
  ],
  ["Ollama's SDK: the stream ended early", new Error("Did not receive done or success response in stream."), cut],
  ["OpenAI's and Anthropic's SDKs: no chunks received", new Error("request ended without sending any chunks"), cut],
  ["OpenAI's SDK: no finish reason", new Error("missing finish_reason for choice 0"), cut],
  [
    "Anthropic's SDK: the message did not end",
    new Error("stream ended without producing a Message with role=assistant"),
    cut,
  ],
  [
    "Anthropic's SDK: a message without text",
    new Error("stream ended without producing a content block with type=text"),
    unknown,
  ],
  ["AI SDK: no finish reason", new Error("Response stream ended without a finish reason."), cut],
  ["Ollama: the runner stopped", new Error("an error was encountered while running the model: unexpected EOF"), cut],
  ["an SDK's abort in a minified bundle, without its class name", new Error("Request was aborted."), cancelled],
  [
    "axios: a timeout with a custom message",
    Object.assign(new Error("too slow"), { name: "AxiosError", code: "ECONNABORTED" }),
    slow,
  ],
  [
    "node-fetch: no route to the host",
    Object.assign(new Error("reason: no route"), { name: "FetchError", code: "EHOSTUNREACH" }),
    unsent,
  ],
  ["a bug in the caller", new TypeError("Cannot read properties of undefined (reading 'choices')"), unknown],
  ["a plain error", new Error("boom"), unknown],
];
