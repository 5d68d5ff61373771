/** A Worker whose layers stand at the top of the module, and serve many requests. */
import { resilientFetch } from "@evenkeel/fetch";
import { semaphore, tokenBucket } from "@evenkeel/rate-limit";
import { post, wait } from "./case.ts";

const bucket = tokenBucket({ limit: 1, interval: 400 });
const permit = semaphore({ permits: 1 });
const ask = resilientFetch({ rateLimit: tokenBucket({ limit: 1, interval: 400 }) });

const acts: Readonly<Record<string, (request: Request) => Promise<unknown>>> = {
  "/bucket": () => bucket.run(() => "done"),
  "/permit": () =>
    permit.run(async () => {
      await wait(100);
      return "done";
    }),
  // The caller's signal is the request's, and ends with it.
  "/fetch": async ({ headers, signal }) => {
    const response = await ask(`${headers.get("server")}/v1/chat/completions`, post(true, { signal }));
    return (await response.text()).endsWith("data: [DONE]\n\n") && "done";
  },
};

export default {
  fetch: async (request: Request): Promise<Response> =>
    Response.json(await acts[new URL(request.url).pathname]!(request)),
};
