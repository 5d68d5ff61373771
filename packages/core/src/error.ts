/** The base of every error that this toolkit makes. */
import type { Verdict } from "./verdict.ts";

/**
 * An error of this toolkit. Each class has a `brand` of its own, by which `instanceof` works across two copies of a package;
 * a user's subclass, which has none, is checked natively.
 */
export abstract class ResilienceError extends Error {
  /** Names the class in every copy of the package. */
  static readonly brand: string = "@evenkeel/core:ResilienceError";

  /** A stable, machine-readable name of the failure, such as `"TIMEOUT"`. */
  abstract readonly code: string;
  /** What every layer makes of this error. */
  abstract readonly verdict: Verdict;

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (!Object.hasOwn(this, "brand")) return super[Symbol.hasInstance](value);
    try {
      let above: Prototype | null = Object.getPrototypeOf(Object(value));
      for (; above; above = Object.getPrototypeOf(above)) if (above.constructor?.brand === this.brand) return true;
    } catch {
      // A proxy or a getter that throws is no error of ours.
    }
    return false;
  }
}

interface Prototype {
  readonly constructor?: { readonly brand?: unknown };
}
