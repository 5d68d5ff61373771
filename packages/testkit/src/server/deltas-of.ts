/** The text of an answer, in the pieces that a stream delivers. */

export interface AnswerOptions {
  /** Whether the answer is streamed. @default false */
  readonly stream?: boolean | undefined;
  /** Whether a stream of chat completions ends with its usage. Streams of the other APIs always do. @default false */
  readonly usage?: boolean | undefined;
  /** The name of the model. @default "gpt-mock" or "claude-mock" */
  readonly model?: string | undefined;
}

/** Splits a text after each word. Returns a list as it is. */
export function deltasOf(text: string | readonly string[]): readonly string[] {
  return typeof text === "string" ? (text.match(/\S+\s*|\s+/g) ?? []) : text;
}
