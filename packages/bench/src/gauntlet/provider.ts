/** A modelled LLM provider: what it does with a request, and what that costs. */
import type { Clock } from "@evenkeel/core";

/** What the provider does with one request. */
export interface Reply {
  /** How long it works on it, in ms; `Infinity` when it never answers. */
  readonly takes: number;
  /** The status of its answer; 0 when it refuses the connection. Work that ends with 200 is billed. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body; by default an answer or the error that goes with the status. */
  readonly body?: string | undefined;
}

/** Decides on a request when it arrives. `load` is how many the provider works on, this one included. */
export type Behaviour = (load: number) => Reply;

export interface ProviderOptions {
  readonly clock: Clock;
  readonly behave: Behaviour;
  /** How long a message is on its way, in ms; drawn for each. @default none */
  readonly network?: (() => number) | undefined;
  /** Whether work ends when its caller has gone. Providers go on, and bill it. @default false */
  readonly freesAborted?: boolean | undefined;
  /** Hears of every request as it is sent. */
  readonly onRequest?: (() => void) | undefined;
}

export interface Provider {
  /** Sends a request; rejects with the signal's reason as soon as that aborts. */
  send(signal?: AbortSignal): Promise<Reply>;
  /** How many requests were sent. */
  readonly requests: number;
  /** How many answers were worked out, wanted or not. */
  readonly paid: number;
  /** How many requests it works on. */
  readonly load: number;
}

/** Makes a provider. */
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
        // What never answers hangs between client and server: it is no load.
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
