/** An answer's text, in the pieces that a stream delivers. */

export interface AnswerOptions {
  /** Whether the answer is streamed. @default false */
  readonly stream?: boolean | undefined;
  /** Whether a stream of chat completions tells its usage at the end; those of the other APIs always do. @default false */
  readonly usage?: boolean | undefined;
  /** The model's name. */
  readonly model?: string | undefined;
}

/** Cuts a text after each word; a list is taken as it is. */
export function deltasOf(text: string | readonly string[]): readonly string[] {
  return typeof text === "string" ? (text.match(/\S+\s*|\s+/g) ?? []) : text;
}
