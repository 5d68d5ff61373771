/** Plans the faults of all attempts of all requests, so that every arm gets the same ones. */
import { faultMix, seededRandom } from "@evenkeel/testkit";
import type { TcpFault } from "@evenkeel/testkit/proxy";
import type { HttpFaultName } from "@evenkeel/testkit/server";

/** The fault of an attempt: a closed port, a connection fault or an HTTP fault. */
export type DemoFault = { readonly port: "closed" } | { readonly tcp: TcpFault } | { readonly http: HttpFaultName };

/** Returns the fault of an attempt (the first is 1) of a request, or `undefined` for none. */
export type FaultPlan = (request: number, attempt: number) => DemoFault | undefined;

/** Connection faults. The numbers of bytes are within the headers of an answer, or within its body. */
const connection: readonly DemoFault[] = [
  { port: "closed" },
  { tcp: { kind: "refuse" } },
  { tcp: { kind: "reset" } },
  { tcp: { kind: "reset", after: 700 } },
  { tcp: { kind: "end", after: 700 } },
  { tcp: { kind: "stall" } },
  { tcp: { kind: "stall", after: 700 } },
  { tcp: { kind: "latency", ms: 400 } },
  { tcp: { kind: "drip", bytes: 64, every: 5 } },
];

/** HTTP faults of providers and of the proxies in front of them. */
const provider: readonly DemoFault[] = [
  { http: "rateLimited" },
  { http: "rateLimitedMilliseconds" },
  { http: "rateLimitedSeconds" },
  { http: "serverError" },
  { http: "badGateway" },
  { http: "unavailable" },
  { http: "overloaded" },
  { http: "errorFirst" },
  { http: "errorMiddle" },
  { http: "stallAfterHeaders" },
  { http: "stallBeforeContent" },
  { http: "stallMiddle" },
  { http: "endMiddle" },
  { http: "okErrorJson" },
];

/** How many attempts of a request are planned. All further ones succeed. */
const plannedAttempts = 8;

/** Creates a random plan, which is the same for the same seed. */
export function faultPlan(options: {
  readonly seed: number;
  readonly faults: number;
  readonly requests: number;
}): FaultPlan {
  const random = seededRandom(options.seed);
  const draw = faultMix({ rate: options.faults, faults: [...connection, ...provider], random });
  const plan = Array.from({ length: options.requests }, () => Array.from({ length: plannedAttempts }, draw));
  return (request, attempt) => {
    const fault = plan[request]?.[attempt - 1];
    // A closed port only refuses the first attempt. It is open again by the time of most retries.
    return fault && "port" in fault && attempt > 1 ? { tcp: { kind: "refuse" } } : fault;
  };
}
