/** Decides in advance which attempt of which request gets which fault, so that every arm gets the same faults. */
import { faultMix, seededRandom } from "@evenkeel/testkit";
import type { TcpFault } from "@evenkeel/testkit/proxy";
import type { HttpFaultName } from "@evenkeel/testkit/server";

/** The fault of an attempt: its port is closed, its connection breaks, or the provider sends a bad answer. */
export type DemoFault = { readonly port: "closed" } | { readonly tcp: TcpFault } | { readonly http: HttpFaultName };

/** Returns the fault of an attempt (the first is 1) of a request, or `undefined` for none. */
export type FaultPlan = (request: number, attempt: number) => DemoFault | undefined;

/** Faults below HTTP. The numbers of bytes are within the headers of an answer, or within its body. */
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

/** Bad answers of providers, and of the proxies in front of them. */
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

/** Attempts beyond this one succeed. */
const plannedAttempts = 8;

/** Draws a plan: the same for the same seed. */
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
    // A port is closed only for a first attempt; for a later one, the proxy refuses the connection instead.
    return fault && "port" in fault && attempt > 1 ? { tcp: { kind: "refuse" } } : fault;
  };
}
