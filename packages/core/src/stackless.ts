/** Makes the errors of a refusal cheap: a stack trace is most of their price, and would only show the layer itself. */

/** Calls `make` while errors are created without a stack. */
export function stackless<E extends Error>(make: () => E): E {
  const limit = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = 0;
  } catch {
    return make(); // a frozen Error: the stack comes along
  }
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
