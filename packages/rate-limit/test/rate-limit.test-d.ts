import { wrap, type Call, type Emit, type Layer } from "@evenkeel/core";
import { assertType, expectTypeOf, test } from "vitest";
import { semaphore, tokenBucket } from "../src/index.ts";
import type {
  QueueControl,
  RateLimitError,
  RateLimitEvent,
  RateLimitReason,
  Semaphore,
  SemaphoreOptions,
  TokenBucket,
  TokenBucketOptions,
  TokenBucketSize,
} from "../src/index.ts";

test("the operation's result comes through", () => {
  const limit = semaphore({ permits: 5 });
  const bucket = tokenBucket({ limit: 5, interval: 1_000 });
  assertType<Layer>(limit);
  assertType<Layer>(bucket);
  expectTypeOf(limit.run(async () => 7)).resolves.toEqualTypeOf<number>();
  const ask = wrap(async (call: Call<string>) => call.input.length, bucket, limit);
  expectTypeOf(ask).parameter(0).toEqualTypeOf<string>();
  expectTypeOf(ask("question")).resolves.toEqualTypeOf<number>();
});

test("what has no default must be said; the rest may be undefined, and none may be changed", () => {
  type Undefined<Options> = { [Option in keyof Options]-?: undefined extends Options[Option] ? undefined : number };
  assertType<(options: Undefined<SemaphoreOptions>) => Semaphore>(semaphore);
  assertType<(options: Undefined<TokenBucketOptions>) => TokenBucket>(tokenBucket);
  // @ts-expect-error how many?
  semaphore({});
  // @ts-expect-error in which time?
  tokenBucket({ limit: 5 });
  // @ts-expect-error a bucket has no permits
  tokenBucket({ limit: 5, interval: 1_000, permits: 5 });
  const options: SemaphoreOptions = { permits: 5 };
  // @ts-expect-error options are readonly
  options.permits = 2;
});

test("the state can be read, and changed only by what is made for it", () => {
  const limit = semaphore({ permits: 5 });
  expectTypeOf(limit.permits).toEqualTypeOf<number>();
  expectTypeOf(limit.active("key")).toEqualTypeOf<number>();
  expectTypeOf(tokenBucket({ limit: 5, interval: 1_000 }).available()).toEqualTypeOf<number>();
  // @ts-expect-error `resize` does that
  limit.permits = 3;
});

test("a bucket is resized by what it was made with, as a whole", () => {
  const limit = tokenBucket({ limit: 5, interval: 1_000 });
  expectTypeOf(limit.resize).parameter(0).toEqualTypeOf<TokenBucketSize>();
  assertType<TokenBucketSize>({ limit: 5, interval: 1_000 } satisfies TokenBucketOptions);
  // @ts-expect-error without an interval, nobody can see how fast it fills
  limit.resize({ limit: 5 });
});

test("what both limiters can do with a queue has a name, to write code for either", () => {
  assertType<QueueControl>(semaphore({ permits: 5 }));
  assertType<QueueControl>(tokenBucket({ limit: 5, interval: 1_000 }));
  expectTypeOf<QueueControl["pause"]>().toEqualTypeOf<(key: string, ms: number) => void>();
});

test("events are told apart by their type, and their listener is accepted wherever any may come", () => {
  const listener = (event: RateLimitEvent): void => {
    expectTypeOf(event.limiter).toEqualTypeOf<"semaphore" | "token-bucket">();
    if (event.type === "rate-limit-wait") expectTypeOf(event.waiting).toEqualTypeOf<number>();
    if (event.type === "rate-limit-acquire") expectTypeOf(event.waited).toEqualTypeOf<number>();
    if (event.type === "rate-limit-reject") expectTypeOf(event.reason).toEqualTypeOf<RateLimitReason>();
    if (event.type === "rate-limit-pause") expectTypeOf(event.retryAfter).toEqualTypeOf<number>();
  };
  assertType<Emit>(listener);
});

test("a refusal's fields are known to whoever caught it", () => {
  expectTypeOf<RateLimitError["code"]>().toEqualTypeOf<"RATE_LIMITED">();
  expectTypeOf<RateLimitError["reason"]>().toEqualTypeOf<RateLimitReason>();
  expectTypeOf<RateLimitError["retryAfter"]>().toEqualTypeOf<number | undefined>();
});
