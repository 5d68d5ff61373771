import {
  absent,
  badKey,
  broken,
  forbidden,
  limited,
  overloaded,
  periodSpent,
  success,
  timedOut,
  tooLarge,
  type Catalogue,
} from "./case.ts";

export const azureOpenai: Catalogue = {
  title: "Azure OpenAI",
  provider: "azure-openai",
  url: "https://example.openai.azure.com/openai/deployments/chat/chat/completions?api-version=2026-01-01",
  cases: [
    {
      answer: '429 with `code: "429"`',
      status: 429,
      headers: { "retry-after-ms": "36500", "retry-after": "37" },
      body: {
        error: {
          code: "429",
          message:
            "Requests to the ChatCompletions_Create Operation under Azure OpenAI API have exceeded token rate limit of your current pricing tier. Please retry after 37 seconds.",
        },
      },
      verdict: limited,
      retryAfter: 36_500,
      why: "A hint in milliseconds takes precedence over one in seconds.",
    },
    {
      answer: "429, recognised by its message",
      status: 429,
      body: { error: { code: "429", message: "Rate limit is exceeded. Please retry after 37 seconds." } },
      verdict: limited,
      retryAfter: 37_000,
      why: "The message says how long to wait.",
    },
    {
      answer: "429 with a lowered limit",
      status: 429,
      headers: { "x-ratelimit-limit-tokens": "1000" },
      body: { error: { code: "RateLimitReached", message: "Your rate limit was temporarily adjusted." } },
      verdict: limited,
      why: "A limit of the key.",
    },
    {
      answer: "429, a daily quota",
      status: 429,
      body: {
        error: {
          code: "RateLimitReached",
          message: "Rate limit of 50 per 86400s exceeded. Please retry after 86400 seconds.",
        },
      },
      verdict: periodSpent,
      retryAfter: 86_400_000,
      why: "A day is too long to wait for a retry.",
    },
    {
      answer: "429, high demand",
      status: 429,
      body: {
        error: {
          code: "TooManyRequests",
          message: "System is experiencing high demand and cannot process your request.",
        },
      },
      verdict: overloaded,
      why: "Azure's capacity, not your limit.",
    },
    {
      answer: "429, temporarily unable",
      status: 429,
      body: {
        error: {
          code: "429",
          message: "The service is temporarily unable to process your request. Please try again later.",
        },
      },
      verdict: overloaded,
      why: "Azure's capacity, not your limit.",
    },
    {
      answer: "429, the estimate is too high",
      status: 429,
      body: {
        error: {
          code: "429",
          message: "The estimated tokens of prompt and max_tokens exceed the budget of this deployment.",
        },
      },
      verdict: tooLarge,
      why: "A smaller `max_tokens` would fit.",
    },
    {
      answer: "400 `content_filter`",
      status: 400,
      body: {
        error: {
          code: "content_filter",
          message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
          param: "prompt",
          status: 400,
          innererror: {
            code: "ResponsibleAIPolicyViolation",
            content_filter_result: { hate: { filtered: true, severity: "high" } },
          },
        },
      },
      verdict: ["elsewhere", "content-filter", "no", "neutral"],
      why: "The filter is Azure's: another provider may answer.",
    },
    {
      answer: "200, ended by the filter",
      status: 200,
      body: { choices: [{ index: 0, finish_reason: "content_filter", message: { content: "" } }] },
      verdict: success,
      why: "A short answer, but a valid one.",
    },
    {
      answer: "401",
      status: 401,
      body: { error: { code: "401", message: "Access denied due to invalid subscription key or wrong API endpoint." } },
      verdict: badKey,
      why: "Needs another key or another endpoint.",
    },
    {
      answer: "403, no public access",
      status: 403,
      body: { error: { code: "403", message: "Public access is disabled. Please configure private endpoint." } },
      verdict: forbidden,
      why: "A network access rule.",
    },
    {
      answer: "404 `DeploymentNotFound`",
      status: 404,
      body: {
        error: {
          code: "DeploymentNotFound",
          message:
            "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.",
        },
      },
      verdict: absent,
      why: "Only another deployment can help.",
    },
    {
      answer: "408 `Timeout`",
      status: 408,
      body: { error: { code: "Timeout", message: "The operation was timeout." } },
      verdict: timedOut,
      why: "The work may continue.",
    },
    {
      answer: "424",
      status: 424,
      body: { error: { code: "FailedDependency", message: "upstream" } },
      verdict: broken,
      why: "A dependency of Azure failed.",
    },
    {
      answer: "500 `InternalServerError`",
      status: 500,
      body: { error: { code: "InternalServerError", message: "Backend returned unexpected response." } },
      verdict: broken,
      why: "It may have been billed.",
    },
    {
      answer: "503",
      status: 503,
      body: { error: { code: "ServiceUnavailable", message: "unavailable" } },
      verdict: broken,
      why: "It may be down or overloaded.",
    },
    {
      answer: "429 from API Management",
      status: 429,
      body: { statusCode: 429, message: "Rate limit is exceeded. Try again in 12 seconds." },
      verdict: limited,
      retryAfter: 12_000,
      why: "A flat body.",
    },
  ],
};
