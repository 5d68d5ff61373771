/** Follows errors to their causes. */
import { items, property } from "./property.ts";

const longest = 16;

/** Returns the error and what it was caused by, the outermost first: bounded, and each once. */
export function chainOf(error: unknown): readonly unknown[] {
  const chain = [error];
  for (let index = 0; index < chain.length && chain.length < longest; index++) {
    const node = chain[index];
    if (typeof node !== "object" || node === null) continue;
    const causes = [property(node, "cause"), property(node, "lastError"), ...(items(property(node, "errors")) ?? [])];
    chain.push(...causes.filter((cause) => cause !== undefined && cause !== null && !chain.includes(cause)));
  }
  return chain.slice(0, longest);
}
