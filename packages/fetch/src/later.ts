/** Keeps an async context for later. */

/** Returns a function that has `fn` called in the async context of now, a microtask later. Only its first call has an effect. */
export function later<T>(fn: (value: T) => void): (value: T) => void {
  let call!: (value: T) => void;
  void new Promise<T>((resolve) => (call = resolve)).then(fn);
  return call;
}
