/** Listens to a fetch. */

/** What a fetch was asked and answered. */
export interface Tap {
  readonly fetch: typeof fetch;
  /** How often it was called. */
  readonly calls: number;
  readonly responses: readonly TappedResponse[];
}

export interface TappedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Reads the body apart from the one that reads it, which has to be asked for before that. */
  body(): Promise<Buffer>;
}

/** Returns a fetch that does the same, and tells of it. With `bodies`, it keeps a copy of each body. */
export function tapped(fetch: typeof globalThis.fetch, { bodies = false } = {}): Tap {
  let calls = 0;
  const responses: TappedResponse[] = [];
  return {
    async fetch(input, init) {
      calls++;
      const response = await fetch(input, init);
      const copy = bodies ? response.clone() : response;
      responses.push({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: async () => Buffer.from(await copy.arrayBuffer()),
      });
      return response;
    },
    get calls() {
      return calls;
    },
    responses,
  };
}
