import { RateLimitError, semaphore, tokenBucket } from "@evenkeel/rate-limit";

/** Exported without an annotation: the declarations of a library must be able to name its type. */
export const made = semaphore({ permits: 1 });

export const expected = [[1, 1, 1], "RATE_LIMITED", "took a token"];

export async function snippet(): Promise<unknown> {
  const limit = semaphore({ permits: 1, maxQueue: 2 });
  let inFlight = 0;
  const work = async (): Promise<number> => {
    inFlight++;
    await Promise.resolve();
    return inFlight--;
  };
  const served = Promise.all([limit.run(work), limit.run(work), limit.run(work)]);
  const refusal = await limit.run(work).catch((error: unknown) => error);
  const bucket = tokenBucket({ limit: 10, interval: 1_000 });
  return [
    await served,
    refusal instanceof RateLimitError && refusal.code,
    await bucket.run(async () => "took a token"),
  ];
}
