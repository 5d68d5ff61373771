/** Creates the functions that classify errors, responses and events by the given tables. */
import { checkFunction, ownVerdict, quietly, type Verdict } from "@evenkeel/core";
import { chainOf } from "./chain-of.ts";
import { gather, longestBody } from "./facts.ts";
import { generic } from "./generic.ts";
import { header, type HeadersLike } from "./header.ts";
import { isExplicit, isKnown, judge } from "./judge.ts";
import { networkFailure } from "./network-failure.ts";
import { nowOf } from "./now-of.ts";
import { property } from "./property.ts";
import type { OutcomeOf, Provider } from "./provider.ts";
import { isPage, reportsFailure } from "./reports-failure.ts";
import { hostOf, urlOf } from "./url-of.ts";
import { badSample, verdictOf } from "./verdict-of.ts";

/** A response, with whatever is known of it. */
export interface ResponseLike {
  readonly status: number;
  /** `Headers`, or a plain object. */
  readonly headers?: HeadersLike;
  /** The body's text, complete or truncated. Leave it out if the body was not read. */
  readonly body?: string | undefined;
  /** The URL of the response, which identifies the provider. */
  readonly url?: string | undefined;
}

export interface ClassifyOptions<Name extends string = string> {
  /** The provider, if its host does not identify it: behind a gateway, or on a host of your own. @default by the host of the URL */
  readonly provider?: Name | undefined;
  /** The URL of the request, if the error or response does not contain it. @default the error's or response's own */
  readonly url?: string | undefined;
  /** The current time in ms since the epoch, for hints that are a point in time, in a response without a `Date` header. @default the system clock's */
  readonly now?: number | undefined;
}

export interface Classifier<Name extends string = string> {
  /** Returns the verdict on anything thrown. Never throws. */
  classify(this: void, error: unknown, options?: ClassifyOptions<Name>): Verdict;
  /** Tells whether repeating the call may help. Takes an error, or p-retry's context with an error in it. Never throws. */
  isRetryable(this: void, error: unknown): boolean;
  /** Returns the verdict on a response: `accept` if it is a success. Never throws. */
  classifyResponse(this: void, response: ResponseLike, options?: ClassifyOptions<Name>): Verdict;
  /**
   * Returns the verdict on a stream event or on the body of a 2xx response, as JSON text or parsed; `undefined` if it reports no
   * failure. Assumes that nothing was delivered before it. Never throws.
   */
  classifyEvent(this: void, event: unknown, options?: ClassifyOptions<Name>): Verdict | undefined;
}

const accepted: Verdict = { action: "accept", kind: "unknown", processed: "yes", health: "success" };

/** An HTML page instead of an answer: a maintenance page, a captive portal, a wrong base URL. */
const htmlPage: OutcomeOf = { kind: "malformed", action: "elsewhere", processed: "no" };

/**
 * Creates a classifier that knows the given providers, and applies the generic table to all others.
 * @example
 * const { classify, isRetryable } = classifier(openai, anthropic);
 * @throws {TypeError} One of `providers` is not a table.
 */
export function classifier<const Providers extends readonly Provider[]>(
  ...providers: Providers
): Classifier<Providers[number]["name"]> {
  providers.forEach((provider, index) => checkFunction(`providers[${index}].host.test`, provider?.host?.test));

  function tablesFor(url: unknown, options?: ClassifyOptions): readonly Provider[] {
    const host = hostOf(options?.url ?? url);
    const own = providers.find((provider) =>
      options?.provider ? provider.name === options.provider : provider.host.test(host),
    );
    return own ? [own, generic] : [generic];
  }

  function classify(error: unknown, options?: ClassifyOptions): Verdict {
    const now = nowOf(options);
    const chain = chainOf(error);
    const own = chain.map(ownVerdict).find(Boolean);
    if (own) return own;
    const tables = tablesFor(chain.map(urlOf).find(Boolean), options);
    const outcomes = chain.map((node) => networkFailure([node]));
    // Such an error quotes the model's output, which must not be searched for codes.
    if (outcomes.includes(badSample)) return verdictOf(badSample);
    const kinds = outcomes.map((outcome) => outcome?.kind);
    for (const [index, node] of chain.entries()) {
      // An abort below a timeout is how the timeout was implemented.
      if (kinds[index] === "cancelled" && !kinds.slice(0, index).includes("timeout")) return verdictOf("cancelled");
      // Its status is the proxy's, which has not sent the request.
      if (outcomes[index]?.kind === "proxy") return verdictOf(outcomes[index]);
      const facts = gather(node, now);
      // The messages of axios and OpenAI's SDK contain the status: all that is left of it once the error was serialized.
      facts.status ??= Number(/[45]\d\d(?= status code)|(?<=status code )[45]\d\d/.exec(facts.text)?.[0] ?? 0);
      if (facts.status >= 400 || isExplicit(facts, tables)) return judge(facts, tables);
    }
    const facts = gather(error, now);
    if (isPage(facts.text)) return verdictOf(htmlPage);
    const failure = networkFailure(chain.filter((_, index) => kinds[index] !== "cancelled"));
    if (failure) return verdictOf(failure);
    return isKnown(facts, tables) ? judge(facts, tables) : verdictOf("unknown");
  }

  function classifyBody(
    event: unknown,
    options?: ClassifyOptions,
    headers?: unknown,
    url?: unknown,
  ): Verdict | undefined {
    const body = typeof event === "string" ? quietly<unknown>(() => JSON.parse(event)) : event;
    const tables = tablesFor(url, options);
    const known = tables.map((table) => table.event?.(body)).find(Boolean);
    if (!known && !reportsFailure(body)) return undefined;
    return judge(gather({ headers, body }, nowOf(options)), tables, known);
  }

  function classifyResponse(response: ResponseLike, options?: ClassifyOptions): Verdict {
    const now = nowOf(options);
    const [status, url, headers, body] = ["status", "url", "headers", "body"].map((key) => property(response, key));
    if (typeof status !== "number" || !(status >= 100)) return verdictOf("unknown");
    const text = typeof body === "string" ? body : undefined;
    const isEmpty = text?.trim() === "";
    if (status >= 400) {
      const facts = gather({ status, headers, body: isEmpty ? "(no body)" : text }, now);
      return judge(facts, tablesFor(url, options));
    }
    if (isPage(text ?? "") || /text\/html/i.test(header(headers as HeadersLike, "content-type") ?? ""))
      return verdictOf(htmlPage);
    if (status === 200 && isEmpty) return verdictOf("malformed");
    return (mayHideFailure(text) && classifyBody(text, options, headers, url)) || accepted;
  }

  return {
    classify,
    isRetryable(error) {
      const isContext = typeof property(error, "retriesLeft") === "number";
      return classify((isContext && property(error, "error")) || error).action === "retry";
    },
    classifyResponse,
    classifyEvent: (event, options) => classifyBody(event, options),
  };
}

/** A cheap test, because parsing every body would cost too much: a failure is short, and contains one of these words. */
function mayHideFailure(text = ""): boolean {
  return text.length <= longestBody && /error|exception|fail|insufficient_|blockReason|finishReason/i.test(text);
}
