import { expect, test } from "vitest";
import { layer, wrap } from "@evenkeel/core";
import { mockNext } from "../src/index.ts";

test("a call waits until the test settles it", async () => {
  const { next, request } = mockNext<string>();
  const answer = wrap(next)();
  (await request()).resolve("hello");
  await expect(answer).resolves.toBe("hello");
});

test("the test may ask for a request before it is made", async () => {
  const { next, request } = mockNext<string>();
  const coming = request();
  const answer = wrap(next)();
  (await coming).reject(new Error("reset"));
  await expect(answer).rejects.toThrow("reset");
});

test("requests come in the order they were made, each once", async () => {
  const { next, request } = mockNext<number>();
  const run = wrap(next);
  const answers = Promise.all([run("a"), run("b"), run("c")]);
  for (const value of [1, 2, 3]) (await request()).resolve(value);
  await expect(answers).resolves.toEqual([1, 2, 3]);
});

test("shows what each attempt saw", async () => {
  const { next, request } = mockNext<string>();
  const second = layer((call, next) => next({ ...call, attempt: 2 }));
  const caller = new AbortController();
  void wrap(next, second)("input", { signal: caller.signal });
  const { call } = await request();
  expect(call).toMatchObject({ input: "input", attempt: 2, signal: caller.signal });
});

test("counts the calls", async () => {
  const mock = mockNext();
  expect(mock.calls).toBe(0);
  void wrap(mock.next)();
  void wrap(mock.next)();
  expect(mock.calls).toBe(2);
});

test("is deaf to its signal: who gives up on it must do so itself", async () => {
  const { next, request } = mockNext<string>();
  const caller = new AbortController();
  const answer = wrap(next)(undefined, { signal: caller.signal });
  const attempt = await request();
  caller.abort("enough");
  attempt.resolve("late");
  await expect(answer).resolves.toBe("late");
});
