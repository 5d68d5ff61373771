/** Makes the functions that judge errors, responses and events, over the tables that they are given. */
import { checkFunction, ownVerdict, type Verdict } from "@evenkeel/core";
import { chainOf } from "./chain-of.ts";
import { gather, longestBody } from "./facts.ts";
import { generic } from "./generic.ts";
import { header, type HeadersLike } from "./header.ts";
import { isExplicit, isKnown, judge } from "./judge.ts";
import { networkFailure } from "./network-failure.ts";
import { nowOf } from "./now-of.ts";
import { property } from "./property.ts";
import type { OutcomeOf, Provider } from "./provider.ts";
import { isPage, tellsFailure } from "./tells-failure.ts";
import { hostOf, urlOf } from "./url-of.ts";
import { badSample, verdictOf } from "./verdict-of.ts";

/** A response, as far as it is known. */
export interface ResponseLike {
  readonly status: number;
  /** `Headers`, or a plain object. */
  readonly headers?: HeadersLike;
  /** The body's text, whole or cut; left out where it was not read. */
  readonly body?: string | undefined;
  /** Where it came from: tells the provider. */
  readonly url?: string | undefined;
}

export interface ClassifyOptions<Name extends string = string> {
  /** The provider that answered, where its host does not tell: behind a gateway, or on a host of your own. */
  readonly provider?: Name | undefined;
  /** Where the answer came from, where the error or response does not say. */
  readonly url?: string | undefined;
  /** The current time in ms since the epoch, for hints that name an instant. @default the system clock's */
  readonly now?: number | undefined;
}

export interface Classifier<Name extends string = string> {
  /** Returns the verdict on anything thrown. Never throws. */
  classify(this: void, error: unknown, options?: ClassifyOptions<Name>): Verdict;
  /** Tells whether the same call may succeed if made again, of an error, or of p-retry's context with one in it. */
  isRetryable(this: void, error: unknown): boolean;
  /** Returns the verdict on a response: `accept` where it is a success. Never throws. */
  classifyResponse(this: void, response: ResponseLike, options?: ClassifyOptions<Name>): Verdict;
  /**
   * Returns the verdict on an event of a stream, or on a body that came with a 2xx (JSON text, or parsed), where it tells of a
   * failure, as if nothing had been delivered before. Never throws.
   */
  classifyEvent(this: void, event: unknown, options?: ClassifyOptions<Name>): Verdict | undefined;
}

const accepted: Verdict = { action: "accept", kind: "unknown", processed: "yes", health: "success" };

/** A page where an answer was due: a maintenance page, a captive portal, a wrong base URL. */
const page: OutcomeOf = { kind: "malformed", action: "elsewhere", processed: "no" };

/**
 * Makes a classifier that knows the given providers, and of all others what is generic.
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
    const known = providers.find(({ name, host: own }) =>
      options?.provider ? name === options.provider : own.test(host),
    );
    return known ? [known, generic] : [generic];
  }

  function classify(error: unknown, options?: ClassifyOptions): Verdict {
    const now = nowOf(options);
    const chain = chainOf(error);
    const own = chain.map(ownVerdict).find(Boolean);
    if (own) return own;
    const tables = tablesFor(chain.map(urlOf).find(Boolean), options);
    const network = chain.map((node) => networkFailure([node]));
    // Such an error quotes what the model said, which is no word of the provider's.
    if (network.includes(badSample)) return verdictOf(badSample);
    const kinds = network.map((outcome) => outcome?.kind);
    for (const [index, node] of chain.entries()) {
      // An abort below a timeout is how the timeout was carried out.
      if (kinds[index] === "cancelled" && !kinds.slice(0, index).includes("timeout")) return verdictOf("cancelled");
      const facts = gather(node, now);
      // What is left of an HTTP failure that was serialised on its way.
      facts.status ??= Number(/[45]\d\d(?= status code)|(?<=status code )[45]\d\d/.exec(facts.text)?.[0] ?? 0);
      if (facts.status >= 400 || isExplicit(facts, tables)) return judge(facts, tables);
    }
    const facts = gather(error, now);
    if (isPage(facts.text)) return verdictOf(page);
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
    const body = typeof event === "string" ? parse(event) : event;
    const tables = tablesFor(url, options);
    const own = tables.map((table) => table.event?.(body)).find(Boolean);
    if (!own && !tellsFailure(body)) return undefined;
    return judge(gather({ headers, body }, nowOf(options)), tables, own);
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
      return verdictOf(page);
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

/** Parsing every answer would cost more than it finds: a failure is short, and says so in a word. */
function mayHideFailure(text = ""): boolean {
  return text.length <= longestBody && /error|exception|fail|blockReason|finishReason/i.test(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
