import {
  absent,
  badKey,
  badSample,
  broken,
  closed,
  forbidden,
  invalid,
  limited,
  overloaded,
  periodSpent,
  spent,
  success,
  timedOut,
  tooLong,
  wrongRegion,
  type Catalogue,
} from "./case.ts";

function error(code: number, status: string, message: string, ...details: unknown[]): unknown {
  return { error: { code, message, status, ...(details.length > 0 && { details }) } };
}

function violation(quotaId: string, quotaValue = "20"): unknown {
  return {
    quotaMetric: "generativelanguage.googleapis.com/requests",
    quotaId,
    quotaDimensions: { model: "gemini-2.5-flash" },
    quotaValue,
  };
}

function quotaFailure(...violations: unknown[]): unknown {
  return { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations };
}

function retryInfo(retryDelay: string): unknown {
  return { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay };
}

function errorInfo(reason: string, metadata: object = {}): unknown {
  return { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "googleapis.com", metadata };
}

const perDay = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
const perMinute = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
const exceeded = "You exceeded your current quota, please check your plan and billing details.";

export const gemini: Catalogue = {
  title: "Gemini and Vertex AI",
  provider: "gemini",
  url: "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent",
  cases: [
    {
      answer: "429, a quota per day",
      status: 429,
      body: error(
        429,
        "RESOURCE_EXHAUSTED",
        `${exceeded} Please retry in 26.660363s.`,
        quotaFailure(violation(perDay)),
        retryInfo("26s"),
      ),
      verdict: periodSpent,
      why: "It resets at midnight Pacific time; the short wait that comes with it is misleading, and ignored.",
    },
    {
      answer: "429, quotas per minute and per day",
      status: 429,
      body: error(
        429,
        "RESOURCE_EXHAUSTED",
        exceeded,
        errorInfo("RATE_LIMIT_EXCEEDED"),
        quotaFailure(violation(perMinute), violation(perDay)),
        retryInfo("18s"),
      ),
      verdict: periodSpent,
      why: "The daily quota decides.",
    },
    {
      answer: "429, a quota per minute",
      status: 429,
      body: error(429, "RESOURCE_EXHAUSTED", exceeded, quotaFailure(violation(perMinute)), retryInfo("45.837906927s")),
      verdict: limited,
      retryAfter: 45_838,
      why: "The word quota alone does not mean billing; the wait is in the body.",
    },
    {
      answer: "429, a quota of zero",
      status: 429,
      body: error(
        429,
        "RESOURCE_EXHAUSTED",
        `${exceeded} limit: 0, model: gemini-3-pro`,
        quotaFailure(violation(perMinute, "0")),
        retryInfo("20s"),
      ),
      verdict: periodSpent,
      why: "The tier does not include the model.",
    },
    {
      answer: "429 `RATE_LIMIT_EXCEEDED`",
      status: 429,
      body: error(
        429,
        "RESOURCE_EXHAUSTED",
        "You have exhausted your capacity on this model.",
        errorInfo("RATE_LIMIT_EXCEEDED", { quotaResetDelay: "373.8ms" }),
      ),
      verdict: limited,
      retryAfter: 374,
      why: "The wait is in the body.",
    },
    {
      answer: "429 `QUOTA_EXHAUSTED`",
      status: 429,
      body: error(429, "RESOURCE_EXHAUSTED", "Your quota will reset after 3h12m.", errorInfo("QUOTA_EXHAUSTED")),
      verdict: periodSpent,
      retryAfter: 11_520_000,
      why: "A quota of a day, or of several hours.",
    },
    {
      answer: "429 `INSUFFICIENT_G1_CREDITS_BALANCE`",
      status: 429,
      body: error(429, "RESOURCE_EXHAUSTED", "no credits", errorInfo("INSUFFICIENT_G1_CREDITS_BALANCE")),
      verdict: spent,
      why: "A billing problem: waiting does not help.",
    },
    {
      answer: "429 without details",
      status: 429,
      body: error(429, "RESOURCE_EXHAUSTED", "Resource exhausted, please try again later."),
      verdict: overloaded,
      why: "Vertex's shared capacity, not your quota.",
    },
    {
      answer: "429 without details, in two sentences",
      status: 429,
      body: error(
        429,
        "RESOURCE_EXHAUSTED",
        "Resource exhausted. Please try again later. Please refer to the documentation.",
      ),
      verdict: overloaded,
      why: "The same in other words.",
    },
    {
      answer: "429, provisioned throughput",
      status: 429,
      body: error(429, "RESOURCE_EXHAUSTED", "Too many requests. Exceeded the Provisioned Throughput."),
      verdict: limited,
      why: "Your own limit, not Google's capacity.",
    },
    {
      answer: "429, in an array",
      status: 429,
      body: [error(429, "RESOURCE_EXHAUSTED", exceeded, quotaFailure(violation(perMinute)), retryInfo("7s"))],
      verdict: limited,
      retryAfter: 7_000,
      why: "Streams without `alt=sse` wrap the error in an array.",
    },
    {
      answer: "429, JSON in the message",
      status: 429,
      body: {
        error: {
          message: JSON.stringify(error(429, "RESOURCE_EXHAUSTED", exceeded, quotaFailure(violation(perDay)))),
          code: 429,
          status: "Too Many Requests",
        },
      },
      verdict: periodSpent,
      why: "The message is itself a JSON error body.",
    },
    {
      answer: "400 `API_KEY_INVALID`",
      status: 400,
      body: error(
        400,
        "INVALID_ARGUMENT",
        "API key not valid. Please pass a valid API key.",
        errorInfo("API_KEY_INVALID"),
      ),
      verdict: badKey,
      why: "An invalid key, reported with the status of an invalid request.",
    },
    {
      answer: "400, an expired key",
      status: 400,
      body: error(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key."),
      verdict: badKey,
      why: "There is no reason field, but the message says so.",
    },
    {
      answer: "400, an unsupported location",
      status: 400,
      body: error(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
      verdict: wrongRegion,
      why: "Another provider may serve the country.",
    },
    {
      answer: "400, no free tier in the country",
      status: 400,
      body: error(400, "FAILED_PRECONDITION", "Gemini API free tier is not available in your country."),
      verdict: wrongRegion,
      why: "Another provider may serve the country.",
    },
    {
      answer: "400, too many tokens",
      status: 400,
      body: error(
        400,
        "INVALID_ARGUMENT",
        "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).",
      ),
      verdict: tooLong,
      why: "A shorter prompt would fit.",
    },
    {
      answer: "400 `INVALID_ARGUMENT`",
      status: 400,
      body: error(400, "INVALID_ARGUMENT", "Invalid JSON payload received."),
      verdict: invalid,
      why: "The request is invalid.",
    },
    {
      answer: "403 `API_KEY_SERVICE_BLOCKED`",
      status: 403,
      body: error(403, "PERMISSION_DENIED", "blocked", errorInfo("API_KEY_SERVICE_BLOCKED")),
      verdict: badKey,
      why: "The key is not allowed for this service.",
    },
    {
      answer: "403, a leaked key",
      status: 403,
      body: error(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key."),
      verdict: forbidden,
      why: "Only another key can help.",
    },
    {
      answer: "403 `SERVICE_DISABLED`",
      status: 403,
      body: error(403, "PERMISSION_DENIED", "disabled", errorInfo("SERVICE_DISABLED")),
      verdict: forbidden,
      why: "Only another project can help.",
    },
    {
      answer: "404 `NOT_FOUND`",
      status: 404,
      body: error(404, "NOT_FOUND", "models/gemini-1.0 is not found for API version v1beta"),
      verdict: absent,
      why: "The model no longer exists.",
    },
    {
      answer: "499 `CANCELLED`",
      status: 499,
      body: error(499, "CANCELLED", "The operation was cancelled."),
      verdict: closed,
      why: "An intermediary gave up.",
    },
    {
      answer: "500 `INTERNAL`",
      status: 500,
      body: error(500, "INTERNAL", "An internal error has occurred."),
      verdict: broken,
      why: "It may have been billed.",
    },
    {
      answer: "503 `UNAVAILABLE`",
      status: 503,
      body: error(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
      verdict: overloaded,
      why: "The provider is overloaded.",
    },
    {
      answer: "504 `DEADLINE_EXCEEDED`",
      status: 504,
      body: error(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
      verdict: timedOut,
      why: "A shorter prompt may help.",
    },
    {
      answer: '`data: {"error": …}`, 503',
      body: error(503, "UNAVAILABLE", "The service is currently unavailable."),
      verdict: broken,
      why: "The code is an HTTP status.",
    },
    {
      answer: '`{"error": …}` as an element of a streamed array',
      body: [error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted")],
      verdict: limited,
      why: "The code is an HTTP status.",
    },
    {
      answer: "`RESOURCE_EXHAUSTED` without a code",
      body: { error: { status: "RESOURCE_EXHAUSTED", message: "quota" } },
      verdict: limited,
      why: "The name maps to an HTTP status.",
    },
    {
      answer: "`UNIMPLEMENTED` without a code",
      body: { error: { status: "UNIMPLEMENTED", message: "no" } },
      verdict: invalid,
      why: "The name maps to an HTTP status.",
    },
    {
      answer: "Interactions, `quota_exceeded`",
      body: { event_type: "error", error: { code: "quota_exceeded", message: "daily" } },
      verdict: periodSpent,
      why: "A daily quota.",
    },
    {
      answer: "Interactions, `rate_limit_exceeded`",
      body: { event_type: "error", error: { code: "rate_limit_exceeded", message: "slow" } },
      verdict: limited,
      why: "A rate limit.",
    },
    {
      answer: "Interactions, `too_many_requests`",
      status: 429,
      body: { error: { code: "too_many_requests", message: "slow" } },
      verdict: limited,
      why: "A rate limit.",
    },
    {
      answer: "Interactions, `payment_required`",
      status: 402,
      body: { error: { code: "payment_required", message: "pay" } },
      verdict: spent,
      why: "A billing problem: waiting does not help.",
    },
    {
      answer: "Interactions, `service_unavailable`",
      body: { event_type: "error", error: { code: "service_unavailable", message: "down" } },
      verdict: broken,
      why: "It may be down or overloaded.",
    },
    {
      answer: "200, the prompt was blocked",
      status: 200,
      body: { promptFeedback: { blockReason: "SAFETY" } },
      verdict: ["stop", "content-filter", "yes", "neutral"],
      why: "The same prompt would be blocked again.",
    },
    {
      answer: "200, the answer was blocked",
      status: 200,
      body: { candidates: [{ finishReason: "RECITATION", index: 0 }] },
      verdict: ["stop", "content-filter", "yes", "neutral"],
      why: "The answer is usually blocked again.",
    },
    {
      answer: "200, the image was blocked",
      status: 200,
      body: { candidates: [{ finishReason: "IMAGE_SAFETY", index: 0 }] },
      verdict: ["stop", "content-filter", "yes", "neutral"],
      why: "The image is usually blocked again. The same goes for `IMAGE_PROHIBITED_CONTENT` and `IMAGE_RECITATION`.",
    },
    {
      answer: "200, `MALFORMED_FUNCTION_CALL`",
      status: 200,
      body: { candidates: [{ finishReason: "MALFORMED_FUNCTION_CALL", index: 0 }] },
      verdict: badSample,
      why: "The next sample may parse. The same goes for `MALFORMED_RESPONSE` and `UNEXPECTED_TOOL_CALL`.",
    },
    {
      answer: "200, `NO_IMAGE`",
      status: 200,
      body: { candidates: [{ finishReason: "NO_IMAGE", index: 0 }] },
      verdict: badSample,
      why: "The next sample may contain an image.",
    },
    {
      answer: "200, `OTHER`",
      status: 200,
      body: { candidates: [{ finishReason: "OTHER", index: 0 }] },
      verdict: success,
      why: "The reason is unknown, so the caller has to check the content. The same goes for `IMAGE_OTHER`, `LANGUAGE` and `TOO_MANY_TOOL_CALLS`.",
    },
  ],
};
