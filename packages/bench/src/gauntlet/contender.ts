/** Who runs the gauntlet: a way of calling a provider. */
import type { Clock, Random } from "@evenkeel/core";
import type { Provider } from "./provider.ts";

/** What a caller of the scenario wants, in ms. Whoever can bound time is told. */
export interface Limits {
  /** How long an attempt may take. */
  readonly attempt: number;
  /** How long a caller waits for an answer; then he aborts. */
  readonly patience: number;
}

/** What a contender finds. Time and chance are virtual, both injected and as globals. */
export interface World {
  readonly provider: Provider;
  /** Its `fetch`. */
  readonly fetch: typeof fetch;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: Random;
}

/** Asks once, by one caller with this signal, and resolves with the answer's text. */
export type Ask = (signal: AbortSignal) => Promise<string>;

export interface Contender {
  readonly name: string;
  /** Which packages it is made of; their versions stand in the report. */
  readonly packages: readonly string[];
  /** Its settings, and where they come from. */
  readonly settings: string;
  /** Whether it was told how many calls may be under way: a number that no default can know. @default false */
  readonly knowsConcurrency?: boolean | undefined;
  /** Starts a process that calls this way: what it returns may be called often and at the same time. */
  start(world: World): Ask | Promise<Ask>;
}

/** Where the provider is. */
export const url = "https://provider.test/v1/chat/completions";

/** What is sent. */
export const prompt = {
  model: "mock",
  messages: [{ role: "user" as const, content: "What is six times seven?" }],
};

/** The same as a request's `init`. */
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

/** Says that the provider answered with an error. */
export class StatusError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The provider answered ${status}`);
    this.status = status;
  }
}

/** Asks with a plain `fetch`, as one does around which a library is put. */
export async function post(fetch: typeof globalThis.fetch, signal?: AbortSignal): Promise<string> {
  const response = await fetch(url, { ...request, signal: signal ?? null });
  if (!response.ok) throw new StatusError(response.status);
  return textOf(await response.json());
}
