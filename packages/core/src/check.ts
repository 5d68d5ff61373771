/** Validates options, with an error that names the option, the rule and the value. */

interface Rule {
  /** @default false */
  readonly integer?: boolean | undefined;
  /** The lower bound. @default 0 */
  readonly min?: number | undefined;
  /** Whether the value must be greater than `min`, rather than at least `min`. @default false */
  readonly exclusive?: boolean | undefined;
  /** The largest value allowed. @default Infinity, which allows `Infinity` itself */
  readonly max?: number | undefined;
}

/**
 * Returns `value` if it is a number that satisfies the rule.
 * @throws {TypeError} `value` is not a number.
 * @throws {RangeError} `value` does not satisfy the rule.
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
  // What a user's callback returns is checked during a call: retrying would not help, and the upstream is not to blame.
  // Non-enumerable, so that it is not printed with the error.
  throw Object.defineProperty(error, "verdict", { value: { action: "stop", processed: "no" } });
}

/**
 * Returns `value` if it is a function.
 * @throws {TypeError} `value` is not a function.
 */
export function checkFunction<F>(name: string, value: F): F {
  if (typeof value === "function") return value;
  throw new TypeError(`Expected \`${name}\` to be a function, got ${show(value)}`);
}

/**
 * Checks an argument that is destructured, as `arguments[0]`: a number or a function would be taken for an object without properties.
 * @throws {TypeError} `options` is neither `undefined` nor an object.
 */
export function checkOptions(options: unknown = {}, name = "options"): void {
  if (typeof options !== "object") throw new TypeError(`Expected \`${name}\` to be an object, got ${show(options)}`);
}

/**
 * Returns `value` if it is one of the `allowed` words.
 * @throws {TypeError} `value` is anything else.
 */
export function checkOneOf<Word extends string>(name: string, value: Word, allowed: readonly Word[]): Word {
  if (allowed.includes(value)) return value;
  throw new TypeError(`Expected \`${name}\` to be ${allowed.map(show).join(" or ")}, got ${show(value)}`);
}

/** Never calls the value's own `toString`: an object may lack one, and a function's returns its whole source. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return Object(value) === value ? Object.prototype.toString.call(value) : String(value);
}
