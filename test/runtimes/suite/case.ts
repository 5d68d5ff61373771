/** What a runtime is asked to do, in web standards alone, and what has to come of it. */

export type Runtime = "node22" | "node24" | "node26" | "bun" | "deno" | "workerd" | "workerd2024" | "chromium";

/** The addresses of the servers outside. */
export interface World {
  /** The origin of a server whose paths name the fault: `/cutMiddle/...` each time, `/once/resetMiddle/ID/...` the first time. */
  readonly server: string;
  /** An origin where nobody listens. */
  readonly refused: string;
  /** An origin whose name does not exist. */
  readonly unknown: string;
}

export interface Case {
  /** Resolves with something that JSON can carry. */
  act(world: World): unknown;
  readonly expected: unknown;
  /** The runtimes that tell less or more than the others. */
  readonly except?: Readonly<Partial<Record<Runtime, unknown>>>;
}

/** Cases by a sentence that says what is so. */
export type Cases = Readonly<Record<string, Case>>;

/** Returns what a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("It did not fail");
}

/** Waits in real time. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What an SDK would send. */
export function post(stream = false, init: RequestInit = {}): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "mock", messages: [{ role: "user", content: "Ahoy" }], stream }),
    ...init,
  };
}

/** Reads a body to its end, and returns its text with what ended it. */
export async function readAll(response: Response): Promise<{ text: string; error?: unknown }> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { text };
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    return { text, error };
  }
}
