/** What a fetch costs at least that looks at its answers, without looking: the floor below what `resilientFetch` can cost. */

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Reads an answer whole and hands it on in a new response, as must be done to retry one that was cut. */
const rebuilt: Fetch = async (url, init) => {
  const response = await fetch(url, init);
  return new Response(await response.arrayBuffer(), response);
};

/** Puts a second stream behind that of `fetch`, which passes every chunk on. */
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
