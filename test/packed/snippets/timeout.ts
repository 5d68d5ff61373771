import { timeout, TimeoutError } from "@evenkeel/timeout";

/** Exported without an annotation: the declarations of a library must be able to name its type. */
export const made = timeout(10_000);

export const expected = ["in time", "TIMEOUT after 20 ms", true];

export async function snippet(): Promise<unknown> {
  const inTime = await timeout(10_000).run(async ({ signal }) => (signal.aborted ? "late" : "in time"));
  const late: unknown = await timeout(20)
    .run(() => new Promise<never>(() => {}))
    .catch((error: unknown) => error);
  return [inTime, late instanceof TimeoutError && `${late.code} after ${late.limit} ms`, late instanceof Error];
}
