/** Follows the causes of errors. */
import { items, property } from "./property.ts";

const longest = 16;

/** Returns the error and all its causes, each once, the outermost first. At most 16, because a chain may be endless. */
export function chainOf(error: unknown): readonly unknown[] {
  const chain = new Set([error]);
  for (const node of chain) {
    const causes = [property(node, "cause"), property(node, "lastError"), ...(items(property(node, "errors")) ?? [])];
    for (const cause of causes) if (cause != null && chain.size < longest) chain.add(cause);
  }
  return [...chain];
}
