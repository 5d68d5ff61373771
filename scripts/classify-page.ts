/**
 * Writes `docs/packages/classify.md`, with the verdict of the classifier itself on each documented answer of each provider. Run it after
 * changing the tables: `node scripts/classify-page.ts`. A test fails if the page is out of date.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Kind, Verdict } from "@evenkeel/core";
import { classify, classifyEvent, classifyResponse } from "@evenkeel/classify";
import { kinds } from "../packages/classify/src/verdict-of.ts";
import { now, type Case, type Catalogue } from "../packages/classify/test/catalogue/case.ts";
import { catalogues } from "../packages/classify/test/catalogue/index.ts";
import { thrown } from "../packages/classify/test/catalogue/thrown.ts";

/** Where the page is. */
export const pagePath: string = join(import.meta.dirname, "../docs/packages/classify.md");

const meanings: Readonly<Record<Kind, string>> = {
  "rate-limit": "a limit of the key, which is temporary",
  quota: "the quota of a day, a month or a plan is used up",
  billing: "the account has no credit, or a bill is unpaid",
  overloaded: "the provider has no capacity, for any caller",
  server: "an error inside the server",
  timeout: "something took too long",
  network: "the connection failed",
  tls: "the certificate or the TLS protocol of the connection is invalid",
  proxy: "a proxy, firewall or CDN in between refused",
  auth: "the key or the signature is not valid",
  permission: "the key is valid, but not for this",
  region: "not available in this country",
  "not-found": "no such model, deployment or endpoint",
  "context-length": "prompt and answer exceed the context",
  "too-large": "the request has too many bytes, or more tokens than the limit",
  "content-filter": "the content was blocked",
  "invalid-request": "the request is invalid",
  conflict: "a lock, or the request came too early",
  malformed: "the response is not a valid answer",
  truncated: "the answer ended too early",
  cancelled: "the call was cancelled",
  refused: "a layer of this toolkit refused the call (open circuit, full queue), also as the response that an SDK got",
  unknown: "the failure is not recognised",
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
  return table(["kind", "meaning", "action", "processed", "health"], rows);
}

const prose = `<!-- Written by scripts/classify-page.ts: change that, and run it. -->

# classify

## What it does

\`classify\` turns a failure into a verdict, which all layers use:

- \`action\`: what can help. \`accept\`: it is not a failure. \`retry\`: the same call again. \`elsewhere\`: only another key, model or
  provider. \`change\`: only a smaller or different request. \`stop\`: nothing.
- \`kind\`: [the kind of failure](#kinds).
- \`processed\`: whether the provider may have done, and billed, the work: \`no\`, \`maybe\` or \`yes\`.
- \`health\`: what it says about the upstream. A throttled key is \`neutral\`, an overloaded provider a \`failure\`.
- \`retryAfter\`: how long the upstream asks callers to wait, in milliseconds, if it does.

It classifies what vendors' SDKs, HTTP clients and the \`fetch\` of every runtime throw, including their causes; responses, whatever their
body is; and errors inside streams. It recognises errors by their fields, never by \`instanceof\`, so errors from other realms or from a
second copy of a package work too. It never throws.

## Example

\`\`\`ts
import { classify } from "@evenkeel/classify";

const error = Object.assign(new Error("429 slow down"), { status: 429, headers: { "retry-after": "7" } });
const { action, kind, retryAfter } = classify(error);
console.log(action, kind, retryAfter); // retry rate-limit 7000
\`\`\`

\`isRetryable\` works with other libraries directly: as p-retry's \`shouldRetry\`, and as \`handleWhen\` of cockatiel's retry.

\`\`\`ts
import { isRetryable } from "@evenkeel/classify";

console.log(isRetryable(new DOMException("This operation was aborted", "AbortError"))); // false
console.log(isRetryable({ status: 529 })); // true
\`\`\`

A circuit breaker of another library should count by the \`health\` instead: a throttled call is worth a retry, but is no failure of the
upstream. For opossum's \`errorFilter\`, which tells what not to count:

\`\`\`ts
import { classify } from "@evenkeel/classify";

const errorFilter = (error: unknown): boolean => classify(error).health !== "failure";
console.log(errorFilter({ status: 429 }), errorFilter({ status: 529 })); // true false
\`\`\`

A bundle that calls two providers does not need the tables of the others. \`classifier\` takes only those that you name; the generic table is
always included.

\`\`\`ts
import { anthropic, classifier, openai } from "@evenkeel/classify";

const { classifyResponse } = classifier(openai, anthropic);

const body = '{"error":{"type":"insufficient_quota","code":"insufficient_quota"}}';
console.log(classifyResponse({ status: 429, headers: {}, body, url: "https://api.openai.com/v1/responses" }).kind); // billing
\`\`\`

Each table is exported under its name in camel case, such as \`azureOpenai\` and \`huggingFace\`. A provider without a table can have one of
yours: its \`host\`, and what its \`codes\`, messages (\`texts\`) and \`statuses\` mean. In each list the first row that matches decides;
statuses at the end of a row limit it to these. What the table does not contain is looked up in \`generic\`, the generic table.

\`\`\`ts
import { classifier, type Provider } from "@evenkeel/classify";

const acme: Provider<"acme"> = {
  name: "acme",
  host: /(^|\\.)acme\\.example$/,
  codes: [[/^no_gpu_left$/, "overloaded"]],
  texts: [[/monthly allowance/i, "quota", 403]],
};
const { classifyResponse } = classifier(acme);

const body = "Your monthly allowance is used up";
console.log(classifyResponse({ status: 403, headers: {}, body, url: "https://api.acme.example/chat" }).kind); // quota
\`\`\`

## Functions

| function | what it does |
|---|---|
| \`classify(error, options?)\` | classifies anything thrown |
| \`isRetryable(error)\` | returns whether its \`action\` is \`retry\` |
| \`classifyResponse({ status, headers, body, url }, options?)\` | classifies a response; \`body\` is its text, whole or truncated, or left out |
| \`classifyEvent(event, options?)\` | classifies a stream event or the body of a 2xx, as JSON text or parsed; returns \`undefined\` if it reports no failure |
| \`classifier(...providers)\` | creates these four functions from the given tables |
| \`parseRetryAfter(headers, { now }?)\` | returns the wait in ms that the headers ask for, or \`undefined\`. Parses strictly, all three forms of HTTP dates, relative to the server's own \`Date\` |
| \`parseRateLimit(headers, { now }?)\` | returns \`requests\`, \`tokens\`, \`inputTokens\` and \`outputTokens\`, each with \`limit\`, \`remaining\`, \`reset\` and \`window\` as far as the headers say them (times in ms), for every provider and the IETF drafts. A reset at an instant is relative to the server's own \`Date\` |

## Options

| option | meaning | default |
|---|---|---|
| \`provider\` | the name of the provider that answered (\`"groq"\`, \`"azure-openai"\`), if the host does not identify it: behind a gateway, or on a host of your own | by the host of the URL, else the generic table |
| \`url\` | the URL that was requested, if the error or response does not contain it | the error's or the response's own |
| \`now\` | the current time in ms since the epoch, for hints that name an instant in a response without a \`Date\` header | the system clock's |

## Events and errors

None.

## How it composes

\`resilientFetch\` classifies every response and error with it, and takes a provider's table as its \`provider\`. Pass it to a single layer
as the layer's \`classify\` option, or to a whole pipeline as \`classify\` in the call's init. It does not decide whether a call was
*aborted*: each layer checks its own signal.

\`\`\`ts
import { classify } from "@evenkeel/classify";
import { retry } from "@evenkeel/retry";

const models = await retry({ classify }).run(async ({ signal }) => {
  const response = await fetch("https://api.openai.com/v1/models", { signal });
  if (response.ok) return response.json();
  // Layers classify only what is thrown, so a failed response has to be thrown.
  const { status, headers, url } = response;
  throw Object.assign(new Error(\`Status \${status}\`), { status, headers, url, body: await response.text() });
});
console.log(models);
\`\`\`

It knows HTTP and the network. From a database, a subprocess or gRPC it recognises little but socket errors such as \`ECONNRESET\`; most
else, even pg's "Connection terminated unexpectedly", is \`unknown\`, which is neither retried nor counted as a failure. Write a
classifier of your own for those; mapping to an HTTP status is often enough:

\`\`\`ts
import { circuitBreaker } from "@evenkeel/circuit-breaker";
import { classify } from "@evenkeel/classify";
import { compose, type Verdict } from "@evenkeel/core";
import { retry } from "@evenkeel/retry";
import assert from "node:assert/strict";

/** The HTTP statuses of gRPC codes, such as 8, RESOURCE_EXHAUSTED, and 14, UNAVAILABLE. */
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
assert.equal(calls, 2); // UNAVAILABLE was retried, INVALID_ARGUMENT was not
\`\`\`

## Don't / Do

**Do** name the \`provider\` if a gateway or a proxy hides it. It is recognised by the host of the URL, and never guessed from a message.

**Do** check \`processed\` before you repeat what costs money: \`maybe\` may be billed twice.

**Don't** read \`health: "neutral"\` as healthy: it says nothing about the upstream.

**Don't** wait for \`retryAfter\` unless \`action\` is \`retry\`: it says when a quota resets, not that waiting would help this call.

## Precedence

An explicit code comes first, then a type, then a message that the provider documents for that status, then the status, then the kind of
network failure. Only a code or type that says "rate limit" gives way to a message about a bill or a quota.
The provider's table comes before the generic one. \`x-should-retry\` overrides the action.

The wait is the first of: \`retry-after-ms\`, \`x-ms-retry-after-ms\`, \`x-amz-retry-after\`, \`retry-after\`, a field of the body
(\`retryDelay\`, \`quotaResetDelay\`, \`estimated_time\`, \`resets_in_seconds\`, \`retry_after\`, \`resets_at\`,
\`quotaResetTimeStamp\`), the message, and, for a 429, the reset of a limit that is used up.

## Kinds

The verdict of each kind, unless the tables below say otherwise:

${kindsTable()}

## What is retried, and why`;

if (import.meta.main) writeFileSync(pagePath, classifyPage());
