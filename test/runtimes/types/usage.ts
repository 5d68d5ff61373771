/** What users write, and what must not compile: read by every TypeScript, as a module of either kind. */
import { circuitBreaker, CircuitOpenError, consecutive, type CircuitState } from "@evenkeel/circuit-breaker";
import { classify, classifyResponse, isRetryable, parseRetryAfter } from "@evenkeel/classify";
import {
  checkNumber,
  compose,
  layer,
  ResilienceError,
  wrap,
  type Call,
  type CallInit,
  type Layer,
  type Middleware,
  type MiddlewareFor,
  type ResilienceEvent,
  type Verdict,
} from "@evenkeel/core";
import { HttpError, resilientFetch, settleUsage, wrapFetch, type FetchEvent } from "@evenkeel/fetch";
import { RateLimitError, semaphore, tokenBucket, type RateLimitEvent } from "@evenkeel/rate-limit";
import { constant, exponential, retry, retryBudget, type RetryEvent } from "@evenkeel/retry";
import { fakeClock, mockNext } from "@evenkeel/testkit";
import { estimateTimeout, idleTimeout, timeout, TimeoutError } from "@evenkeel/timeout";

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- two such functions are the same only if A and B are
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only where both types are the same. */
function same<A, B>(..._proof: Same<A, B> extends true ? [] : [never]): void {}

// Were the packages not found, all that they export would be `any`, and the rest would prove nothing.
same<Same<typeof retry, unknown>, false>();
// @ts-expect-error These are not the same.
same<number, string>();

const layers = [
  timeout(30_000, { label: "total" }),
  retry({ retries: 2, backoff: exponential({ initial: 100 }), budget: retryBudget() }),
  circuitBreaker({ trip: consecutive(5) }),
  semaphore({ permits: 4 }),
  tokenBucket({ limit: 10, interval: 1_000 }),
] as const;
const [limit, again, breaker, permits, bucket] = layers;

// Every layer runs an operation by itself, and hands its type through.
const ran = [
  limit.run(() => 5),
  again.run(() => 5),
  breaker.run(async () => 5),
  permits.run(async ({ attempt }) => attempt),
  bucket.run(() => Promise.resolve(5)),
];
same<typeof ran, Promise<number>[]>();
const response = limit.run(({ signal }) => fetch("https://provider.test", { signal }));
same<typeof response, Promise<Response>>();

// Composition is a layer again, and binding infers input and result.
const pipeline = compose(...layers);
same<typeof pipeline, Layer>();
const length = async ({ input }: Call<string>): Promise<number> => input.length;
const ask = wrap(length, ...layers, pipeline);
same<typeof ask, (input: string, init?: CallInit) => Promise<number>>();
const without = wrap(async () => true, limit, again);
const answered: Promise<boolean> = without();

// A layer that is written on the spot knows what it stands before.
wrap(length, (call, next) => {
  same<typeof call, Call<string>>();
  return call.input === "" ? Promise.resolve(0) : next(call);
});
const own: Middleware = (call, next) => next({ ...call, key: "upstream" });
const stateful = layer(own, { active: 1 });
same<typeof stateful.active, number>();

// Who wraps in turn hands on what may be undefined, also where optional properties are taken exactly.
const handedOn = (input: string, init?: CallInit): Promise<number> => ask(input, init);
const checked = (value: number, max?: number): number => checkNumber("value", value, { max });
function bound<I, O>(operation: (call: Call<I>) => Promise<O>): (input: I, init?: CallInit) => Promise<O> {
  return wrap(operation, limit);
}

// State is read through properties, and events through one listener.
const state: CircuitState = breaker.state("key");
const active: number = permits.active() + permits.permits;
const emit = (event: RetryEvent | RateLimitEvent | FetchEvent): string =>
  event.type === "retry" ? `${event.delay}` : event.type === "attempt" ? `${event.status}` : event.key;
void ask("question", { emit, key: "upstream", signal: new AbortController().signal });

// Verdicts, errors, headers.
const verdict: Verdict = classify(new Error("reset"));
const retryable: boolean = isRetryable({ status: 429 });
const asked: number | undefined = parseRetryAfter(new Headers());
const judged: Verdict = classifyResponse({ status: 503, headers: new Headers(), body: "" });
function explain(error: unknown): string {
  if (error instanceof TimeoutError) return `${error.code} ${error.limit} ${error.label ?? ""}`;
  if (error instanceof CircuitOpenError) return error.code;
  if (error instanceof RateLimitError) return error.reason;
  if (error instanceof HttpError) return `${error.status} ${error.response.url}`;
  return error instanceof ResilienceError ? error.verdict.kind : "unknown";
}

// Streams keep the type of their chunks, and so does a fetch its own.
const bytes = idleTimeout(new ReadableStream<Uint8Array>(), { gap: 1_000 });
same<typeof bytes, ReadableStream<Uint8Array>>();
const lines = idleTimeout(
  (async function* () {
    yield "line";
  })(),
  { gap: 1_000, isProgress: (line) => line.length > 0 },
);
same<typeof lines, AsyncIterable<string>>();
const resilient: typeof fetch = resilientFetch({ profile: "streaming", retry: retry({ retries: 5 }) });
const wrapped: typeof fetch = wrapFetch(fetch, timeout(60_000), again);
const settling: typeof fetch = resilientFetch({ rateLimit: compose(bucket, settleUsage()) });
const estimated: number = estimateTimeout({ outputTokens: 100 });
const { next } = mockNext<string>();
void retry({ clock: fakeClock() }).run(next);

export const used: readonly unknown[] = [
  ran,
  response,
  ask,
  answered,
  handedOn,
  checked,
  bound,
  stateful,
  state,
  active,
  verdict,
  judged,
  explain,
];
export const alsoUsed: readonly unknown[] = [retryable, asked, bytes, lines, resilient, wrapped, settling, estimated];

// What must not compile.
// @ts-expect-error A layer for any operation cannot make up a result.
const madeUp: Middleware = async () => "made up";
// @ts-expect-error Nor can it change the input.
const changed: Middleware = (call, next) => next({ ...call, input: "changed" });
// @ts-expect-error Nor forget to return.
const forgotten: Middleware = async (call, next) => {
  await next(call);
};
const forResponses: MiddlewareFor<string, Response> = (call, next) => next(call);
// @ts-expect-error The operation returns a number.
wrap(length, forResponses);
// @ts-expect-error A pipeline serves any operation.
compose(limit, forResponses);
// @ts-expect-error There is no input.
void ask();
// @ts-expect-error It is no string.
void ask(5);
// @ts-expect-error There is no input: that is what wrap is for.
void limit.run(async (call: Call<string>) => call.input);
// @ts-expect-error It is called `signal`.
void limit.run(() => 5, { abortSignal: new AbortController().signal });
// @ts-expect-error The limit must be said.
timeout();
// @ts-expect-error How many?
semaphore({});
// @ts-expect-error In which time?
tokenBucket({ limit: 5 });
// @ts-expect-error It is called `retries`.
retry({ maxAttempts: 3 });
// @ts-expect-error A backoff is a function of an attempt.
retry({ backoff: 100 });
// @ts-expect-error There is no such profile.
resilientFetch({ profile: "leisurely" });
// @ts-expect-error State is read-only.
permits.permits = 3;
// @ts-expect-error It is abstract.
const made = (): unknown => new ResilienceError("none");
// @ts-expect-error An event has a type, a key, an attempt and its call.
const event: ResilienceEvent = { type: "sunk" };
export const mistakes: readonly unknown[] = [constant(1), madeUp, changed, forgotten, made, event];
