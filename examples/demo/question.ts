/** The questions that the demo asks, and the answers that it expects. */

/** The APIs, which are used in turn. */
export type Api = "chat" | "responses" | "messages";

export interface Question {
  /** The number of the request, starting at 0. */
  readonly index: number;
  readonly api: Api;
  readonly stream: boolean;
  readonly text: string;
  /** The expected answer, in full. */
  readonly answer: string;
}

const apis: readonly Api[] = ["chat", "responses", "messages"];

/** Returns the question of a request, which uses each API in turn, plain and streamed. */
export function question(index: number): Question {
  return {
    index,
    api: apis[index % apis.length]!,
    stream: Math.floor(index / apis.length) % 2 === 1,
    text: `Question ${index}: what keeps a boat upright?`,
    answer: answerTo(index),
  };
}

/** Returns the answer to the question in a request. */
export function answerIn(request: unknown): string {
  const index = /Question (\d+):/.exec(JSON.stringify(request))?.[1];
  return index === undefined ? "What was the question?" : answerTo(Number(index));
}

function answerTo(index: number): string {
  return (
    `Answer ${index}: the keel does. Its weight lies low and pulls the boat back when the wind leans on the sails, ` +
    `and its blade keeps her from sliding sideways. End of answer ${index}.`
  );
}
