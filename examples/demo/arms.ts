/** The three ways of calling a provider that the demo compares. */
import Anthropic from "@anthropic-ai/sdk";
import { resilientFetch } from "@evenkeel/fetch";
import OpenAI from "openai";
import { limits } from "./limits.ts";

export interface Clients {
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
}

export interface Arm {
  readonly name: string;
  readonly explanation: string;
  /** Returns the clients that call the provider at `origin`. */
  clients(origin: string): Clients;
  /** Returns an explanation of the result, if there is one. */
  remark?(): string | undefined;
}

/** Creates new arms, without state from an earlier run. */
export function arms(): readonly Arm[] {
  let timesOpened = 0;
  const fetch = resilientFetch({
    profile: limits,
    emit: ({ type }) => {
      if (type === "circuit-open") timesOpened++;
    },
  });
  return [
    {
      name: "(a) SDK defaults",
      explanation: "new OpenAI() and new Anthropic() as they come: 2 retries, 10 minutes to the answer",
      clients: clientsWith({}),
    },
    {
      name: "(b) resilientFetch",
      explanation:
        `new OpenAI({ fetch: resilientFetch({ profile }), maxRetries: 0 }), Anthropic likewise: ` +
        `${limits.firstContent} ms to the first content, ${limits.gap} ms between events, ${limits.total} ms in all`,
      clients: clientsWith({ fetch, maxRetries: 0 }),
      remark: () =>
        timesOpened > 0
          ? `(b) opened its circuit (times: ${timesOpened}): if half of the calls fail, it considers the provider down, and refuses calls.`
          : undefined,
    },
    {
      name: "(c) SDK timeouts",
      explanation: `new OpenAI({ timeout: ${limits.firstContent} }), Anthropic likewise: (b)'s limit for an attempt, 2 retries`,
      clients: clientsWith({ timeout: limits.firstContent }),
    },
  ];
}

interface SharedOptions {
  readonly fetch?: typeof fetch;
  readonly maxRetries?: number;
  readonly timeout?: number;
}

/** Returns a function that creates the clients once for each origin, like an application. */
function clientsWith(options: SharedOptions): (origin: string) => Clients {
  const made = new Map<string, Clients>();
  return (origin) => {
    let clients = made.get(origin);
    if (!clients) {
      const openai = new OpenAI({ baseURL: `${origin}/v1`, apiKey: "none", ...options });
      const anthropic = new Anthropic({ baseURL: origin, apiKey: "none", ...options });
      made.set(origin, (clients = { openai, anthropic }));
    }
    return clients;
  };
}
