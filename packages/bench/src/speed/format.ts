/** Formats numbers for people. */
import { median } from "../median.ts";

/** Formats a number with three digits and a unit. */
function scaled(value: number, step: number, units: readonly string[]): string {
  const last = units.length - 1;
  let power = 0;
  for (; power < last && Math.abs(value) >= step * 0.9995; power++) value /= step;
  return `${digits(value)} ${units[power]}`;
}

function digits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

/** Formats a time in nanoseconds. */
export function time(nanoseconds: number): string {
  return scaled(nanoseconds, 1_000, ["ns", "µs", "ms", "s"]);
}

/** Formats an amount of memory in bytes. */
export function memory(bytes: number): string {
  return Math.abs(bytes) < 1_000 ? `${bytes.toFixed(0)} B` : scaled(bytes / 1_000, 1_000, ["kB", "MB"]);
}

/** Formats a ratio, which may be in the millions. */
export function times(ratio: number): string {
  return ratio >= 1_000 ? ratio.toLocaleString("en-US", { maximumFractionDigits: 0 }) : digits(ratio);
}

/** Formats the median, and the range, of the values of all processes. */
export function spread(values: readonly number[], format: (value: number) => string): [middle: string, range: string] {
  return [format(median(values)), `${format(Math.min(...values))} to ${format(Math.max(...values))}`];
}
