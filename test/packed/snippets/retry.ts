import { constant, retry } from "@evenkeel/retry";

/** Exported without an annotation: the declarations of a library must be able to name its type. */
export const made = retry();

export const expected = ["answered at attempt 3", "down after 2 calls"];

export async function snippet(): Promise<unknown> {
  const layer = retry({ retries: 2, backoff: constant(1) });
  const answer = await layer.run(async ({ attempt }) => {
    if (attempt < 3) throw new Error("down");
    return `answered at attempt ${attempt}`;
  });
  let calls = 0;
  const failure = await retry({ retries: 1, backoff: constant(1) })
    .run(async () => {
      calls++;
      throw new Error("down");
    })
    .catch((error: Error) => `${error.message} after ${calls} calls`);
  return [answer, failure];
}
