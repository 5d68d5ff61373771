/** Makes the error of a refusal cheap: capturing the stack is most of its cost, and the trace would only show the layer itself. */

/** Returns the error that `make` creates, without a stack trace where the runtime allows. */
export function stackless<E extends Error>(make: () => E): E {
  const limit = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = 0;
  } catch {
    return make(); // `Error` is frozen
  }
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
