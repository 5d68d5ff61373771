/** Says clearly at construction what is wrong with an option. */

interface Rule {
  /** @default false */
  readonly integer?: boolean | undefined;
  /** The smallest value allowed. @default 0 */
  readonly min?: number | undefined;
  /** Whether `min` itself is refused. @default false */
  readonly exclusive?: boolean | undefined;
  /** The largest value allowed; `Infinity` allows `Infinity` too. @default Infinity */
  readonly max?: number | undefined;
}

/**
 * Returns `value` if it is a number that keeps the rule.
 * @throws {TypeError} It is no number.
 * @throws {RangeError} It breaks the rule. Both messages name the option, the rule and the value.
 */
export function checkNumber(
  name: string,
  value: number,
  { integer = false, min = 0, exclusive = false, max = Infinity }: Rule = {},
): number {
  const isNumber = typeof value === "number";
  const isInRange = isNumber && (exclusive ? value > min : value >= min) && value <= max;
  if (isInRange && (!integer || Number.isInteger(value) || value === Infinity)) return value;
  const rule = `${integer ? "an integer" : "a number"} ${exclusive ? ">" : ">="} ${min}`;
  const upper = max < Infinity ? ` and <= ${max}` : "";
  const error = new (isNumber ? RangeError : TypeError)(
    `Expected \`${name}\` to be ${rule}${upper}, got ${show(value)}`,
  );
  // What a function of the user's returns is checked in the midst of a call: no other attempt mends it, and no upstream is to blame.
  // Not enumerable, or whoever prints the error would print this, too.
  throw Object.defineProperty(error, "verdict", { value: { action: "stop", processed: "no" } });
}

/**
 * Returns `value` if it is a function.
 * @throws {TypeError} It is none; the message names the option and the value.
 */
export function checkFunction<F>(name: string, value: F): F {
  if (typeof value === "function") return value;
  throw new TypeError(`Expected \`${name}\` to be a function, got ${show(value)}`);
}

/** Calls no `toString` of the value: an object need not have one, and a function's shows all of its source. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return Object(value) === value ? Object.prototype.toString.call(value) : String(value);
}
