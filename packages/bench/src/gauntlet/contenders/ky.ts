/** ky, a fetch client with retries. */
import kyFetch from "ky";
import { prompt, request, textOf, url, type Contender } from "../contender.ts";

/** ky, configured to retry a POST, which it does not do by default. */
export const ky: Contender = {
  name: "ky",
  packages: ["ky"],
  settings:
    'its defaults (2 retries, 0.3 s, doubling) with `retry.methods: ["post"]`; `timeout` is the attempt\'s limit',
  start({ fetch, limits }) {
    const client = kyFetch.create({ fetch, timeout: limits.attempt, retry: { methods: ["post"] } });
    return async (signal) =>
      textOf(
        await client
          .post(url, { json: prompt, headers: { authorization: request.headers.authorization }, signal })
          .json(),
      );
  },
};
