/** What came of a call, in a form that can be compared. */
import { expect } from "vitest";
import { text } from "./provider.ts";
import type { Client, ErrorClass, Sdk } from "./sdk.ts";

/** What an SDK threw, but for what differs from call to call. */
export interface Failure {
  /** The class itself: that of the SDK, or ours. */
  readonly class: unknown;
  readonly message: string;
  readonly status: unknown;
}

/** The whole answer, another one, or what was thrown. */
export type Outcome = "the whole answer" | { readonly said: string } | Failure;

/** Waits for an answer. */
export async function outcomeOf(asked: PromiseLike<unknown>): Promise<Outcome> {
  try {
    const said = JSON.stringify(await asked);
    return said.includes(text) ? "the whole answer" : { said };
  } catch (error) {
    return failureOf(error);
  }
}

/** Reads a stream to its end; `saw` hears of every piece of text. */
export async function outcomeOfStream<Chunk>(
  { textOf }: Pick<Sdk<Chunk>, "textOf">,
  stream: ReturnType<Client<Chunk>["stream"]>,
  saw: (piece: string) => void = () => {},
): Promise<Outcome> {
  let said = "";
  try {
    for await (const chunk of await stream) {
      const piece = textOf(chunk);
      if (!piece) continue;
      said += piece;
      saw(piece);
    }
  } catch (error) {
    return failureOf(error);
  }
  return said === text ? "the whole answer" : { said };
}

function failureOf(error: unknown): Failure {
  const thrown = error as Error & Record<string, unknown>;
  const { httpStatusCode } = { ...(thrown["$metadata"] as object) } as { httpStatusCode?: unknown };
  const { status } = { ...(thrown["httpResponse"] as object) } as { status?: unknown };
  return {
    class: thrown.constructor,
    message: thrown.message,
    status: thrown["status"] ?? thrown["statusCode"] ?? thrown["status_code"] ?? httpStatusCode ?? status,
  };
}

/** Matches a failure of this very class; an SDK may keep it to itself and tell but its name. */
export function thrownAs(expected: ErrorClass | string): unknown {
  const isExpected = (thrown: unknown): boolean => thrown === expected || (thrown as ErrorClass).name === expected;
  return { class: expect.toSatisfy(isExpected, `be ${typeof expected === "string" ? expected : expected.name}`) };
}

/** Matches a failure of this class, or of one that extends it. */
export function thrownAsKindOf(expected: ErrorClass | string): unknown {
  if (typeof expected === "string") return thrownAs(expected);
  const isKind = (thrown: unknown): boolean =>
    thrown === expected || Object.prototype.isPrototypeOf.call(expected, thrown as object);
  return { class: expect.toSatisfy(isKind, `be a kind of ${expected.name}`) };
}
