/** The provider of one arm: a mock behind a server and a proxy that inject faults. */
import { faultProxy, type FaultProxy } from "@evenkeel/testkit/proxy";
import { faultServer, forward, httpFaults } from "@evenkeel/testkit/server";
import type { FaultPlan } from "./fault-plan.ts";

/** The header with the number of the request, because the plan assigns faults to requests, in whatever order they arrive. */
export const requestHeader = "x-demo-request";

/**
 * How long a closed port stays closed after the start of its call, in milliseconds. Short beside the random waits of retries: a retry that
 * comes before it is open fails, too, and three of them end the call.
 */
const closedFor = 100;

export interface Provider extends AsyncDisposable {
  /** Returns the origin for a request. Call it at the start of the call. */
  origin(request: number): Promise<string>;
  /** The number of requests that arrived, including retries, but not those to a closed port. */
  readonly arrived: number;
}

/** Starts the provider: client -> TCP faults -> HTTP faults -> the mock at `mockOrigin`. */
export async function startProvider(plan: FaultPlan, mockOrigin: string): Promise<Provider> {
  const attempts = new Map<number, number>();
  const cleanUp = new AsyncDisposableStack();
  let arrived = 0;

  const server = cleanUp.use(
    await faultServer({
      respond: forward(mockOrigin),
      keepAlive: false, // each attempt gets its own connection, and so its own fault
      faults: ({ headers }) => {
        const request = Number(headers[requestHeader]);
        const fault = plan(request, attempts.get(request)!);
        return fault && "http" in fault ? httpFaults[fault.http] : undefined;
      },
    }),
  );
  const entry = await startEntry();

  async function startEntry(): Promise<FaultProxy> {
    return cleanUp.use(
      await faultProxy({
        target: { port: server.port },
        faults: async ({ head }) => {
          const [, request] = new RegExp(`^${requestHeader}: (\\d+)`, "im").exec(await head()) ?? [];
          if (request === undefined) return undefined; // the client disconnected before it sent a request
          arrived++;
          const attempt = nextAttempt(Number(request));
          const fault = plan(Number(request), attempt);
          return fault && "tcp" in fault ? fault.tcp : undefined;
        },
      }),
    );
  }

  function nextAttempt(request: number): number {
    const attempt = (attempts.get(request) ?? (isClosed(request) ? 1 : 0)) + 1;
    attempts.set(request, attempt);
    return attempt;
  }

  function isClosed(request: number): boolean {
    const fault = plan(request, 1);
    return fault !== undefined && "port" in fault;
  }

  return {
    async origin(request) {
      if (!isClosed(request)) return entry.url;
      const own = await startEntry();
      own.refuse();
      const timer = setTimeout(() => void own.accept(), closedFor);
      cleanUp.defer(() => clearTimeout(timer));
      return own.url;
    },
    get arrived() {
      return arrived;
    },
    [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
  };
}
