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
    if (!Object.hasOwn(this, "brand")) return Function.prototype[Symbol.hasInstance].call(this, value);
    try {
      for (let object = value; isObject(object);) {
        object = Object.getPrototypeOf(object);
        if (isObject(object) && isBranded(object.constructor) && object.constructor.brand === this.brand) return true;
      }
    } catch {
      // A proxy or a getter that throws is no error of ours.
    }
    return false;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isBranded(value: unknown): value is { brand: unknown } {
  return typeof value === "function" && Object.hasOwn(value, "brand");
}
