/** The base class of all errors of this toolkit. */
import { quietly } from "./quietly.ts";
import type { Verdict } from "./verdict.ts";

/**
 * An error of this toolkit. Each class has its own `brand`, so that `instanceof` works across two copies of a package. A subclass
 * without a brand of its own gets the native check.
 */
export abstract class ResilienceError extends Error {
  /** Identifies the class in every copy of the package. */
  static readonly brand: string = "@evenkeel/core:ResilienceError";

  /** A stable, machine-readable code, such as `"TIMEOUT"`. */
  abstract readonly code: string;
  /** Tells every layer what this error means. */
  abstract readonly verdict: Verdict;

  static override [Symbol.hasInstance](value: unknown): boolean {
    // Quietly, because a proxy, or what has a throwing getter or no constructor, is not one of our errors.
    return !!quietly(() => {
      if (!Object.hasOwn(this, "brand")) return super[Symbol.hasInstance](value);
      let above: Prototype | null = Object.getPrototypeOf(Object(value));
      for (; above; above = Object.getPrototypeOf(above)) if (above.constructor.brand === this.brand) return true;
      return false;
    });
  }
}

interface Prototype {
  readonly constructor: { readonly brand?: unknown };
}
