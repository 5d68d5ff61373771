/**
 * A network monitor based on the events: mean, median, p95, p99, and the rates of errors and timeouts, by upstream.
 *
 * Prints:
 *   40 calls, 40 answers
 *   attempts: 50, failed 20 %, timed out 10 %
 *   duration: mean ... ms, p50 ... ms, p95 ... ms, p99 ... ms
 */
import { resilientFetch, type FetchEvent } from "@evenkeel/fetch";
import { constant, retry } from "@evenkeel/retry";
import { faultServer, httpFaults } from "@evenkeel/testkit/server";
import { profiles } from "@evenkeel/timeout";

/** Keeps the latest attempts on each upstream, and computes statistics on request. */
function networkMonitor(size = 1_000) {
  const upstreams = new Map<string, { duration: number; failure: string | undefined }[]>();
  return {
    hear(event: FetchEvent): void {
      if (event.type !== "attempt") return;
      const attempts = upstreams.get(event.key) ?? [];
      upstreams.set(event.key, attempts);
      attempts.push({ duration: event.duration, failure: event.verdict?.kind });
      if (attempts.length > size) attempts.shift();
    },
    report(key: string) {
      const attempts = upstreams.get(key) ?? [];
      const durations = attempts.map(({ duration }) => duration).toSorted((a, b) => a - b);
      const percentile = (share: number): number => durations[Math.ceil(durations.length * share) - 1] ?? 0;
      const share = (test: (failure?: string) => boolean): number =>
        attempts.filter(({ failure }) => test(failure)).length / attempts.length;
      return {
        attempts: attempts.length,
        mean: durations.reduce((sum, duration) => sum + duration, 0) / durations.length,
        percentiles: Object.entries({ p50: 0.5, p95: 0.95, p99: 0.99 }).map(([name, at]) => [name, percentile(at)]),
        errorRate: share((failure) => failure !== undefined),
        timeoutRate: share((failure) => failure === "timeout"),
      };
    },
  };
}

// One attempt in ten gets a 503, and another gets no answer at all.
const faults = [httpFaults.unavailable, httpFaults.stallBeforeHeaders];
await using provider = await faultServer({ faults: ({ index }) => faults[index % 10] });
const monitor = networkMonitor();
const profile = { ...profiles.standard, firstContent: 500 };
const monitored = resilientFetch({ profile, retry: retry({ backoff: constant(10) }), emit: monitor.hear });

let answers = 0;
for (let call = 0; call < 40; call++) if ((await monitored(`${provider.url}/v1/chat/completions`)).ok) answers++;
console.log("40 calls,", answers, "answers");
const { attempts, mean, percentiles, errorRate, timeoutRate } = monitor.report(provider.url);
console.log(`attempts: ${attempts}, failed ${errorRate * 100} %, timed out ${timeoutRate * 100} %`);
const figures = [["mean", mean] as const, ...percentiles].map(([name, ms]) => `${name} ${Number(ms).toFixed(1)} ms`);
console.log(`duration: ${figures.join(", ")}`);
