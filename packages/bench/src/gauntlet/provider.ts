/** A simulated LLM provider: what it does with a request, and what that costs. */
import type { Clock } from "@evenkeel/core";

/** What the provider does with one request. */
export interface Reply {
  /** How long it works on the request, in ms; `Infinity` if it never answers. */
  readonly takes: number;
  /** The status of its answer; 0 when it refuses the connection. Work that ends with 200 is billed. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body. @default an answer, or the usual error for the status */
  readonly body?: string | undefined;
}

/** Decides about a request when it arrives. `load` is the number of requests in progress, including this one. */
export type Behaviour = (load: number) => Reply;

export interface ProviderOptions {
  readonly clock: Clock;
  readonly behave: Behaviour;
  /** Returns the network latency of a message, in ms. Called for each message. @default none */
  readonly network?: (() => number) | undefined;
  /** Whether work stops when its caller disconnects. Real providers continue, and bill it. @default false */
  readonly freesAborted?: boolean | undefined;
  /** Called whenever a request is sent. */
  readonly onRequest?: (() => void) | undefined;
}

export interface Provider {
  /** Sends a request. Rejects with the signal's reason as soon as that aborts. */
  send(signal?: AbortSignal): Promise<Reply>;
  /** How many requests were sent. */
  readonly requests: number;
  /** How many answers were generated, whether or not anybody was still waiting. */
  readonly paid: number;
  /** How many requests are in progress. */
  readonly load: number;
}

/** Creates a provider. */
export function provider({
  clock,
  behave,
  network = () => 0,
  freesAborted = false,
  onRequest,
}: ProviderOptions): Provider {
  let requests = 0;
  let paid = 0;
  let load = 0;

  function send(signal?: AbortSignal): Promise<Reply> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    requests++;
    onRequest?.();
    return new Promise((resolve, reject) => {
      let stopWork = (): void => {};
      const onAbort = (): void => {
        if (freesAborted) stopWork();
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });

      clock.after(network(), () => {
        if (freesAborted && signal?.aborted) return;
        load++;
        const reply = behave(load);
        let isDone = false;
        const finish = (): void => {
          if (isDone) return;
          isDone = true;
          load--;
        };
        const cancel = clock.after(reply.takes, () => {
          finish();
          if (reply.status === 200) paid++;
          clock.after(network(), () => {
            signal?.removeEventListener("abort", onAbort);
            resolve(reply);
          });
        });
        stopWork = () => {
          cancel();
          finish();
        };
        // A request without an answer is lost between client and server, so it is no load.
        if (reply.takes === Infinity) finish();
      });
    });
  }

  return {
    send,
    get requests() {
      return requests;
    },
    get paid() {
      return paid;
    },
    get load() {
      return load;
    },
  };
}
