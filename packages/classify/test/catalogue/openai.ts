import {
  absent,
  badKey,
  broken,
  conflict,
  filtered,
  invalid,
  limited,
  overloaded,
  periodSpent,
  spent,
  timedOut,
  tooLarge,
  tooLong,
  wrongRegion,
  type Case,
  type Catalogue,
} from "./case.ts";

function error(code: string | null, type: string, message: string): unknown {
  return { error: { message, type, param: null, code } };
}

const spentCodes = [
  "insufficient_quota",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
  "billing_hard_limit_reached",
  "billing_not_active",
];

const invalidCodes = [
  "unsupported_parameter",
  "unsupported_value",
  "unknown_parameter",
  "invalid_value",
  "string_above_max_length",
  "invalid_encrypted_content",
];

function failed(code: string, verdict: Case["verdict"], why: string): Case {
  const response = { id: "resp_1", status: "failed", error: { code, message: "The model failed to answer." } };
  return {
    answer: `\`response.failed\`, \`${code}\``,
    body: { type: "response.failed", sequence_number: 3, response },
    verdict,
    why,
  };
}

export const openai: Catalogue = {
  title: "OpenAI",
  provider: "openai",
  url: "https://api.openai.com/v1/chat/completions",
  cases: [
    ...spentCodes.map((code): Case => ({
      answer: `429 \`${code}\``,
      status: 429,
      body: error(
        code,
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
      ),
      verdict: spent,
      why: "Waiting pays no bill.",
    })),
    {
      answer: "429 `rate_limit_exceeded`",
      status: 429,
      headers: { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" },
      body: error(
        "rate_limit_exceeded",
        "tokens",
        "Rate limit reached for gpt-5 in organization org-1 on tokens per min (TPM): Limit 30000, Used 28770, Requested 2000. Please try again in 1.54s.",
      ),
      verdict: limited,
      retryAfter: 360_000,
      why: "The reset of an empty bucket is believed before the message.",
    },
    {
      answer: "429 `rate_limit_exceeded`, without headers",
      status: 429,
      body: error(
        "rate_limit_exceeded",
        "requests",
        "Rate limit reached for gpt-5 on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 1m30s.",
      ),
      verdict: limited,
      retryAfter: 90_000,
      why: "The message tells the wait.",
    },
    {
      answer: "429, more tokens than the limit",
      status: 429,
      body: error(
        "rate_limit_exceeded",
        "tokens",
        "Request too large for gpt-5 in organization org-1 on tokens per min (TPM): Limit 30000, Requested 41000.",
      ),
      verdict: tooLarge,
      why: "More than a minute's tokens: no wait makes it fit.",
    },
    {
      answer: "429 `slow_down`",
      status: 429,
      body: error("slow_down", "rate_limit_error", "Slow down"),
      verdict: limited,
      why: "The rate rose too fast.",
    },
    {
      answer: "503 `server_is_overloaded`",
      status: 503,
      body: error("server_is_overloaded", "service_unavailable_error", "Our servers are currently overloaded."),
      verdict: overloaded,
      why: "The provider is at its limit.",
    },
    {
      answer: "500 `server_error`",
      status: 500,
      body: error(null, "server_error", "The server had an error"),
      verdict: broken,
      why: "It may have been billed.",
    },
    {
      answer: "408",
      status: 408,
      body: error(null, "invalid_request_error", "Request timed out"),
      verdict: timedOut,
      why: "The type says less than the status.",
    },
    {
      answer: "409",
      status: 409,
      body: error(null, "invalid_request_error", "Conflict"),
      verdict: conflict,
      why: "A lock.",
    },
    {
      answer: "401 `invalid_api_key`",
      status: 401,
      body: error("invalid_api_key", "invalid_request_error", "Incorrect API key provided: sk-...abcd."),
      verdict: badKey,
      why: "Another key may be good.",
    },
    {
      answer: "401 without a code",
      status: 401,
      body: error(null, "invalid_request_error", "You didn't provide an API key."),
      verdict: badKey,
      why: "The type says less than the status.",
    },
    {
      answer: "403 `unsupported_country_region_territory`",
      status: 403,
      body: error(
        "unsupported_country_region_territory",
        "request_forbidden",
        "Country, region, or territory not supported",
      ),
      verdict: wrongRegion,
      why: "Another provider may serve the country.",
    },
    ...["misalignment_policy_violation", "cyber_policy", "bio_policy"].map((code): Case => ({
      answer: `403 \`${code}\``,
      status: 403,
      body: error(code, "invalid_request_error", "This request was blocked."),
      verdict: filtered,
      why: "The same prompt is blocked again.",
    })),
    {
      answer: "404 `model_not_found`",
      status: 404,
      body: error(
        "model_not_found",
        "invalid_request_error",
        "The model `gpt-9` does not exist or you do not have access to it.",
      ),
      verdict: absent,
      why: "Another model.",
    },
    {
      answer: "400 `context_length_exceeded`",
      status: 400,
      body: error(
        "context_length_exceeded",
        "invalid_request_error",
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
      ),
      verdict: tooLong,
      why: "A shorter prompt would do.",
    },
    {
      answer: "400 about the context window",
      status: 400,
      body: error(null, "invalid_request_error", "Your input exceeds the context window of this model."),
      verdict: tooLong,
      why: "A shorter prompt would do.",
    },
    ...["invalid_prompt", "content_policy_violation", "moderation_blocked"].map((code): Case => ({
      answer: `400 \`${code}\``,
      status: 400,
      body: error(code, "invalid_request_error", "rejected"),
      verdict: filtered,
      why: "The same prompt is rejected again.",
    })),
    ...invalidCodes.map((code): Case => ({
      answer: `400 \`${code}\``,
      status: 400,
      body: error(code, "invalid_request_error", "rejected"),
      verdict: invalid,
      why: "The request is wrong.",
    })),
    failed("server_error", broken, "As a 500."),
    failed("rate_limit_exceeded", limited, "As a 429."),
    failed("vector_store_timeout", timedOut, "A store was slow."),
    failed("insufficient_quota", spent, "As a spent 429."),
    failed("usage_not_included", spent, "The plan does not include it."),
    failed("context_length_exceeded", tooLong, "As a 400."),
    failed("server_is_overloaded", overloaded, "As a 503."),
    failed("slow_down", limited, "As a 429."),
    failed("invalid_prompt", filtered, "As a 400."),
    failed("bio_policy", filtered, "As a 403."),
    failed("misalignment_policy_violation", filtered, "As a 403."),
    failed("image_content_policy_violation", filtered, "The same image is rejected again."),
    failed("data_residency_mismatch", invalid, "The project's region is another."),
    failed("invalid_image_url", invalid, "The image is wrong."),
    failed("image_too_large", invalid, "The image is wrong."),
    failed("image_file_not_found", invalid, "The image is wrong."),
    {
      answer: "`event: error`",
      body: {
        type: "error",
        code: "server_error",
        message: "The server had an error",
        param: null,
        sequence_number: 9,
      },
      verdict: broken,
      why: "The Responses API's flat event.",
    },
    {
      answer: '`data: {"error": …}`',
      body: {
        error: {
          message: "The server had an error while processing your request",
          type: "server_error",
          param: null,
          code: null,
        },
      },
      verdict: broken,
      why: "Chat completions' event.",
    },
    {
      answer: "429 `usage_limit_reached`",
      status: 429,
      body: {
        error: {
          type: "usage_limit_reached",
          message: "The usage limit has been reached",
          plan_type: "plus",
          resets_in_seconds: 3_600,
        },
      },
      verdict: periodSpent,
      retryAfter: 3_600_000,
      why: "A plan's limit over hours or days, which says when it ends.",
    },
  ],
};
