/**
 * Writes `docs/packages/classify.md`, with the actual verdicts on all documented responses of all providers. Run it after changing the
 * tables: `node scripts/classify-page.ts`. A test fails if the page is out of date.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Kind, Verdict } from "@evenkeel/core";
import { classify, classifyEvent, classifyResponse } from "@evenkeel/classify";
import { kinds } from "../packages/classify/src/verdict-of.ts";
import { now, type Case, type Catalogue } from "../packages/classify/test/catalogue/case.ts";
import { catalogues } from "../packages/classify/test/catalogue/index.ts";
import { thrown } from "../packages/classify/test/catalogue/thrown.ts";

/** The path of the page. */
export const pagePath: string = join(import.meta.dirname, "../docs/packages/classify.md");

const meanings: Readonly<Record<Kind, string>> = {
  "rate-limit": "a limit of the key, which passes",
  quota: "the quota of a day, a month or a plan is spent",
  billing: "somebody has to pay first",
  overloaded: "the provider has no capacity, whoever asks",
  server: "something broke inside",
  timeout: "somebody waited too long",
  network: "the connection failed",
  tls: "the certificate or the protocol of the connection is wrong",
  proxy: "something in between refused",
  auth: "the key or the signature is not valid",
  permission: "the key is valid, but not for this",
  region: "not from this country",
  "not-found": "no such model, deployment or endpoint",
  "context-length": "prompt and answer are longer than the context",
  "too-large": "the request has too many bytes, or more tokens than the limit",
  "content-filter": "the content was refused",
  "invalid-request": "the request is wrong",
  conflict: "a lock, or too early",
  malformed: "what came is no valid answer",
  truncated: "the answer ended too early",
  cancelled: "somebody called it off",
  refused: "a layer of this toolkit refused: an open circuit, a full queue, also as the response that an SDK got",
  unknown: "nobody knows",
};

/** Returns the page. */
export function classifyPage(): string {
  return `${[prose, ...catalogues.map(section), thrownSection()].join("\n\n")}\n`;
}

function section(catalogue: Catalogue): string {
  const { title, provider, cases } = catalogue;
  const name = provider ? ` (\`"${provider}"\`)` : "";
  const rows = cases.map((each) => [each.answer].concat(cells(judged(each, catalogue)), each.why));
  return `### ${title}${name}\n\n${table(["answer", ...verdictHeads, "why"], rows)}`;
}

function thrownSection(): string {
  const rows = thrown.map(([what, error]) => [what].concat(cells(classify(error))));
  return `### Thrown by clients\n\n${table(["error", ...verdictHeads], rows)}`;
}

function judged({ status, headers, body }: Case, { provider, url }: Catalogue): Verdict {
  const options = { now, url, provider };
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return status === undefined
    ? classifyEvent(body, options)!
    : classifyResponse({ status, headers, body: text }, options);
}

const verdictHeads = ["action", "kind", "processed", "health"];

function cells({ action, kind, processed, health, retryAfter }: Verdict): string[] {
  const shown = action === "retry" ? "**retry**" : action;
  return [retryAfter === undefined ? shown : `${shown}, after ${duration(retryAfter)}`, kind, processed, health];
}

function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  return ms < 3_600_000 ? `${ms / 1_000} s` : `${ms / 3_600_000} h`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (each: readonly string[]): string =>
    `| ${each.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heads), `|${"---|".repeat(heads.length)}`, ...rows.map(line)].join("\n");
}

function kindsTable(): string {
  const rows = Object.entries(kinds).map(([kind, [action, health, processed]]) => [
    `\`${kind}\``,
    meanings[kind as Kind],
    action === "retry" ? "**retry**" : action,
    processed,
    health,
  ]);
  return table(["kind", "what happened", "action", "processed", "health"], rows);
}

const prose = `<!-- Written by scripts/classify-page.ts: change that, and run it. -->

# classify

## What it does

\`classify\` says what a failure means, in one verdict that every layer reads:

- \`action\`: what can help. \`accept\`: nothing is wrong. \`retry\`: the same call again. \`elsewhere\`: only another key, model or provider.
  \`change\`: only a smaller or different request. \`stop\`: nothing.
- \`kind\`: [what happened](#kinds).
- \`processed\`: whether the provider may have done, and billed, the work: \`no\`, \`maybe\` or \`yes\`.
- \`health\`: what it says about the upstream. A throttled key is \`neutral\`, an overloaded provider a \`failure\`.
- \`retryAfter\`: how long the upstream asks to be left alone, in milliseconds, where it does.

It reads what vendors' SDKs, HTTP clients and the \`fetch\` of every runtime throw, through their causes; responses, whatever their body is;
and errors inside streams. It tells errors by their fields and never by \`instanceof\`, so that other realms and second copies of a package
are no strangers. It never throws.

## Example

\`\`\`ts
import { classify } from "@evenkeel/classify";

const error = Object.assign(new Error("429 slow down"), { status: 429, headers: { "retry-after": "7" } });
const { action, kind, retryAfter } = classify(error);
console.log(action, kind, retryAfter); // retry rate-limit 7000
\`\`\`

\`isRetryable\` serves other libraries as it is: as p-retry's \`shouldRetry\`, as cockatiel's \`handleWhen\`, negated as opossum's \`errorFilter\`.

\`\`\`ts
import { isRetryable } from "@evenkeel/classify";

console.log(isRetryable(new DOMException("This operation was aborted", "AbortError"))); // false
console.log(isRetryable({ status: 529 })); // true
\`\`\`

A bundle that calls two providers need not know the others. What is left out of the tables is as in the generic one.

\`\`\`ts
import { anthropic, classifier, openai } from "@evenkeel/classify";

const { classifyResponse } = classifier(openai, anthropic);

const body = '{"error":{"type":"insufficient_quota","code":"insufficient_quota"}}';
console.log(classifyResponse({ status: 429, headers: {}, body, url: "https://api.openai.com/v1/responses" }).kind); // billing
\`\`\`

## Functions

| function | what it judges |
|---|---|
| \`classify(error, options?)\` | anything thrown |
| \`isRetryable(error)\` | the same, as a boolean: whether \`action\` is \`retry\` |
| \`classifyResponse({ status, headers, body, url }, options?)\` | a response whose body was read as text, whole or cut, or not read at all |
| \`classifyEvent(event, options?)\` | an event of a stream, or the body of a 2xx, as JSON text or parsed: \`undefined\` where it tells of no failure |
| \`classifier(...providers)\` | makes these four over the tables that it is given |
| \`parseRetryAfter(headers, { now }?)\` | the wait in ms that headers ask for: strictly, with the server's own clock, in all three forms of HTTP dates |
| \`parseRateLimit(headers, { now }?)\` | limits, what is left and when it resets, of requests and tokens, in one shape for every provider and the IETF's drafts |

## Options

| option | meaning | default |
|---|---|---|
| \`provider\` | the name of the provider that answered (the \`name\` of its table: \`"groq"\`, \`"azure-openai"\`), where its host does not tell: behind a gateway, or on a host of your own | by the host of the URL, else the generic table |
| \`url\` | where the answer came from, where the error or response does not say | the error's or the response's own |
| \`now\` | the current time in ms since the epoch, for hints that name an instant | the system clock's |

## Events and errors

None: it only says what things mean.

## How it composes

\`resilientFetch\` judges every response and error by it, and takes a provider's table as its \`provider\`. A layer alone takes it as its own
\`classify\` option, and a whole pipeline through \`classify\` in the call's init. Whether a call was *aborted* is not its question: each
layer asks its own signal.

\`\`\`ts
import { classify } from "@evenkeel/classify";
import { retry } from "@evenkeel/retry";

const models = await retry({ classify }).run(async ({ signal }) => {
  const response = await fetch("https://api.openai.com/v1/models", { signal });
  if (response.ok) return response.json();
  // A layer judges what is thrown: a response that is no answer has to be.
  const { status, headers, url } = response;
  throw Object.assign(new Error(\`Status \${status}\`), { status, headers, url, body: await response.text() });
});
console.log(models);
\`\`\`

It knows HTTP and the network. Of a database, a subprocess or gRPC it knows only a lost connection; all else is \`unknown\`, which is neither
repeated nor counted. Say what you know of them, in the words of HTTP where that is enough:

\`\`\`ts
import { circuitBreaker } from "@evenkeel/circuit-breaker";
import { classify } from "@evenkeel/classify";
import { compose, type Verdict } from "@evenkeel/core";
import { retry } from "@evenkeel/retry";
import assert from "node:assert/strict";

/** The codes of gRPC that are worth more than a guess, such as 8 for RESOURCE_EXHAUSTED and 14 for UNAVAILABLE. */
const statuses = new Map([[1, 499], [3, 400], [4, 504], [5, 404], [7, 403], [8, 429], [10, 409], [13, 500], [14, 503], [16, 401]]);
const classifyGrpc = (error: unknown): Verdict => {
  const status = statuses.get(Number((error as { code?: unknown }).code));
  return classify(status ? { status } : error);
};

let calls = 0;
const fails = (): never => {
  throw Object.assign(new Error(\`\${++calls} failed\`), { code: calls < 2 ? 14 : 3 });
};
const steady = compose(retry(), circuitBreaker());
await assert.rejects(steady.run(fails, { classify: classifyGrpc }), { code: 3 });
assert.equal(calls, 2); // UNAVAILABLE was asked for again, INVALID_ARGUMENT was not
\`\`\`

## Do and don't

- Do say the \`provider\` where a gateway or a proxy hides it. It is known by the host of the URL, and never guessed from a message.
- Do look at \`processed\` before you repeat what costs money: \`maybe\` may be billed twice.
- Don't take \`health: "neutral"\` for good: it says nothing about the upstream.
- Don't wait for \`retryAfter\` where \`action\` is not \`retry\`: it tells when a quota comes back, not that a wait would help this call.

## What goes before what

An explicit code, then a type, then a message that the provider documents for that status, then the status, then the shape of the
network's failure. The table of the provider goes before the generic one. \`x-should-retry\` is the provider's own word and decides the action.

The wait is the first of: \`retry-after-ms\`, \`x-ms-retry-after-ms\`, \`x-amz-retry-after\`, \`retry-after\`, a field of the body
(\`retryDelay\`, \`quotaResetDelay\`, \`estimated_time\`, \`resets_in_seconds\`, \`resets_at\`, \`retry_after\`), what the message
says, and, of a 429, the reset of a limit of which nothing remains.

## Kinds

What each kind implies, unless the tables below say otherwise:

${kindsTable()}

## What is retried, and why`;

if (import.meta.main) writeFileSync(pagePath, classifyPage());
