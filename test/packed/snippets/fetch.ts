import { resilientFetch, settleUsage, wrapFetch } from "@evenkeel/fetch";

/** Exported without an annotation: the declarations of a library must be able to name its type. */
export const made = settleUsage();

export const expected = ["answered", 2, "answered"];

export async function snippet(): Promise<unknown> {
  let requests = 0;
  const flaky: typeof fetch = async () =>
    ++requests === 1
      ? new Response("busy", { status: 503, headers: { "retry-after-ms": "1" } })
      : new Response("answered");
  const response = await resilientFetch({ fetch: flaky })("https://provider.test/v1/models");
  const answer = await response.text();
  const seen = requests;
  const plain = await wrapFetch(flaky)("https://provider.test/v1/models");
  return [answer, seen, await plain.text()];
}
