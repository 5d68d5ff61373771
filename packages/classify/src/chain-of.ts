/** Follows errors to their causes. */
import { items, property } from "./property.ts";

const longest = 16;

/** Returns the error and what it was caused by, the outermost first: bounded, and each once. */
export function chainOf(error: unknown): readonly unknown[] {
  const chain = new Set([error]);
  for (const node of chain) {
    const causes = [property(node, "cause"), property(node, "lastError"), ...(items(property(node, "errors")) ?? [])];
    for (const cause of causes) if (cause !== undefined && cause !== null && chain.size < longest) chain.add(cause);
  }
  return [...chain];
}
