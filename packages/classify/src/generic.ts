/** The table for all providers, unknown OpenAI-compatible servers, and the gateways and proxies in between. */
import type { Provider } from "./provider.ts";

/** A CDN cannot reach its origin, because of its certificate or its DNS name. Retrying rarely helps. */
const unreachable = { kind: "proxy", health: "failure" } as const;

/** Billing problems, in codes and in messages. */
const bill =
  /insufficient.?(quota|credit|balance|fund|g1)|credit.balance|^billing|billing.(hard|not)|payment.?required|spend(ing)?.limit|usage_(limit_exceeded|not_included)|free.usage|exceeded.(your.)?current.quota|(key|budget) limit exceeded|available credits|account is deactivated|out of (credits|funds)|included credits/i;

/** Overload, in codes and in messages. */
const overload =
  /overload|capacity.exceeded|high demand|(at|no) capacity|temporarily un|server busy|exhausted[,.] please try/i;

/** The table that applies after any provider's own. Its codes mean the same whoever sends them. */
export const generic: Provider<"generic"> = {
  name: "generic",
  host: /(?!)/,
  codes: [
    [/./, "too-large", 413],
    [bill, "billing"],
    // Google sends a daily quota with the short wait of the quota per minute.
    [/PerDay/, { kind: "quota", hint: false }],
    [/quota.?(exceeded|exhausted)|usage_limit_reached/i, "quota"],
    [overload, "overloaded"],
    [/rate.?limit|throttl|too.?many.?requests|slow_down|PerMinute/i, "rate-limit"],
    [/context.?(length|window)|(max_tokens|token_limit)_exceeded/i, "context-length"],
    [/too_large$/i, "too-large"],
    [/content.?(filter|policy)|moderation|^(cyber|bio|misalignment)_policy|invalid_prompt|^refusal/i, "content-filter"],
    [/api.?key_?(invalid|expired|service)|(invalid|expired).?(api.?key|token|signature)/i, "auth"],
    [/unsupported_country/i, "region"],
    [/(model|deployment).?not.?found/i, "not-found"],
    [/^challenge$/, "proxy"],
    // The remaining codes only imply a status, if there is none.
    [/authenticat|unauthori/i, 401],
    [/permission|access.?denied|forbidden/i, 403],
    [/not.?found/i, 404],
    [/timeout|deadline/i, 504],
    [/conflict|^aborted$|already_exists/i, 409],
    [/resource_exhausted/i, 429],
    [/cancelled/i, 499],
    [/(not.?|un)implemented/i, 501],
    [/unavailable/i, 503],
    [/server.?error|internal|^api_error|generation|^Model(Stream)?Error/i, 500],
    [/invalid|validation|unprocessable|bad.?request|unsupported|precondition|out_of_range/i, 400],
  ],
  texts: [
    [/request too large/i, "too-large", 429],
    [
      /context (length|window|size|limit)|(prompt|input) ((is )?too long|token count)|input tokens exceed|maximum (prompt|allowed input) length|reduce the length|max_new_tokens. must be|max_model_len|model token limit/i,
      "context-length",
      400,
      413,
      422,
      500,
    ],
    [bill, "billing", 400, 402, 403, 404, 429, 500],
    [/(hour|daily|weekly|monthly)( usage)? limit|usage limit reached|limit exhausted/i, "quota", 429],
    [overload, "overloaded", 429, 503],
    [/rate.?limit.?(error|reached|exceeded)|too many requests/i, "rate-limit", 400],
    [/api.?key (not valid|expired)|incorrect api key/i, "auth", 400],
    [/location is not supported|not available in your country/i, "region", 400, 403],
    [/^\s*(403 )?<|error code: 10\d\d|you have been blocked|\(no body\)/i, "proxy", 403],
  ],
  statuses: {
    401: "auth",
    402: "billing",
    403: "permission",
    404: "not-found",
    407: "proxy",
    408: "timeout",
    409: "conflict",
    413: "too-large",
    // Sent over a connection that is not for this host. RFC 9110 allows to repeat any request over another one.
    421: { kind: "proxy", action: "retry" },
    424: "server",
    425: "conflict",
    429: "rate-limit",
    446: "content-filter",
    451: "region",
    498: "auth",
    // Somebody else cancelled: a caller who had done so would not be waiting for the response.
    499: { kind: "cancelled", action: "retry" },
    501: "invalid-request",
    504: "timeout",
    505: "invalid-request",
    524: "timeout",
    525: unreachable,
    526: unreachable,
    529: "overloaded",
    530: unreachable,
    598: "timeout",
    599: "timeout",
  },
};
