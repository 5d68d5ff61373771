/** Effect, a runtime with built-in resilience. */
import { Effect, Schedule } from "effect";
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http";
import { CircuitBreaker } from "effect/persistence";
import { prompt, request, textOf, url, type Contender } from "../contender.ts";

/** Its HTTP client as in its documentation, with the layers in the recommended order. */
export const effect: Contender = {
  name: "effect",
  packages: ["effect"],
  settings:
    "its guide's client (`retryTransient({ schedule: Schedule.exponential(100), times: 3 })`) in its guide's breaker (`consecutive(5)`, open for \"30 seconds\"); `Effect.timeout` for the attempt",
  start({ fetch, limits }) {
    const makeAsk = Effect.gen(function* () {
      const breaker = yield* CircuitBreaker.make({
        tripPolicy: CircuitBreaker.consecutive(5),
        openDuration: "30 seconds",
      });
      const client = (yield* HttpClient.HttpClient).pipe(
        HttpClient.filterStatusOk,
        HttpClient.transformResponse(Effect.timeout(limits.attempt)),
        HttpClient.retryTransient({ schedule: Schedule.exponential(100), times: 3 }),
        HttpClient.withCircuitBreaker({ breaker }),
      );
      const ask = HttpClientRequest.post(url).pipe(
        HttpClientRequest.setHeaders(request.headers),
        HttpClientRequest.bodyJsonUnsafe(prompt),
        client.execute,
        Effect.flatMap((response) => response.json),
        Effect.map(textOf),
        Effect.provideService(FetchHttpClient.Fetch, fetch),
      );
      return (signal: AbortSignal) => Effect.runPromise(ask, { signal });
    });
    return Effect.runPromise(
      makeAsk.pipe(
        Effect.scoped,
        Effect.provide(FetchHttpClient.layer),
        Effect.provide(CircuitBreaker.layerStoreMemory()),
      ),
    );
  },
};
