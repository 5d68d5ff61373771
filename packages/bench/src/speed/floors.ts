/** The least that a fetch costs if it inspects its responses: a floor for `resilientFetch`. */

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Reads a whole response and returns it in a new one, as is necessary in order to retry a truncated response. */
const rebuilt: Fetch = async (url, init) => {
  const response = await fetch(url, init);
  return new Response(await response.arrayBuffer(), response);
};

/** Passes every chunk of `fetch`'s stream through a second stream. */
const secondStream: Fetch = async (url, init) => {
  const response = await fetch(url, init);
  const reader = response.body!.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, response);
};

export const floorOfAnswers: Readonly<Record<string, Fetch>> = { "read and rebuilt, no more": rebuilt };
export const floorOfStreams: Readonly<Record<string, Fetch>> = { "a second stream, no more": secondStream };
