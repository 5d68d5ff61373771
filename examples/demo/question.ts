/** The questions that the demo asks, and the answers that it expects. */

/** The APIs that are used in turn. */
export type Api = "chat" | "responses" | "messages";

export interface Question {
  /** Which request this is, from 0. */
  readonly index: number;
  readonly api: Api;
  readonly stream: boolean;
  readonly text: string;
  /** The only correct answer. */
  readonly answer: string;
}

const apis: readonly Api[] = ["chat", "responses", "messages"];

/** Returns the question of a request: each API in turn, plain and streamed. */
export function question(index: number): Question {
  return {
    index,
    api: apis[index % apis.length]!,
    stream: Math.floor(index / apis.length) % 2 === 1,
    text: `Question ${index}: what keeps a boat upright?`,
    answer: answerTo(index),
  };
}

/** Finds the answer to a request by the question in it. */
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
