/** The contenders of the gauntlet: ways of calling a provider. */
import type { Clock, Random } from "@evenkeel/core";
import type { Provider } from "./provider.ts";

/** The time limits of a scenario, in ms. Contenders that have timeouts are configured with them. */
export interface Limits {
  /** How long an attempt may take. */
  readonly attempt: number;
  /** How long a caller waits for an answer before it aborts. */
  readonly patience: number;
}

/** The environment of a contender. Time and randomness are virtual, both the injected ones and the globals. */
export interface World {
  readonly provider: Provider;
  /** Its `fetch`. */
  readonly fetch: typeof fetch;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: Random;
}

/** Makes one call, on behalf of a caller with this signal. Resolves with the text of the answer. */
export type Ask = (signal: AbortSignal) => Promise<string>;

export interface Contender {
  readonly name: string;
  /** The packages that it consists of, for the versions in the report. */
  readonly packages: readonly string[];
  /** The settings and their origin, for the report. */
  readonly settings: string;
  /** Whether it is given a concurrency limit, which no default can know. @default false */
  readonly knowsConcurrency?: boolean | undefined;
  /** Sets the contender up once. What it returns is called repeatedly and concurrently. */
  start(world: World): Ask | Promise<Ask>;
}

/** The URL of the provider. */
export const url = "https://provider.test/v1/chat/completions";

/** The body of every request. */
export const prompt = {
  model: "mock",
  messages: [{ role: "user" as const, content: "What is six times seven?" }],
};

/** The `init` of every request. */
export const request = {
  method: "POST",
  headers: { "content-type": "application/json", authorization: "Bearer key" },
  body: JSON.stringify(prompt),
};

interface Completion {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
}

/** Returns the text of an answer. */
export function textOf(completion: unknown): string {
  return (completion as Completion).choices[0]!.message.content;
}

/** Reports an error response of the provider. */
export class StatusError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The provider answered ${status}`);
    this.status = status;
  }
}

/** Makes a request with plain `fetch`, for libraries that wrap a function. */
export async function post(fetch: typeof globalThis.fetch, signal?: AbortSignal): Promise<string> {
  const response = await fetch(url, { ...request, signal: signal ?? null });
  if (!response.ok) throw new StatusError(response.status);
  return textOf(await response.json());
}
