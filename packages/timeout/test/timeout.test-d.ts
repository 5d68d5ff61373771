import { wrap, type Call, type Layer } from "@evenkeel/core";
import { expectTypeOf, test } from "vitest";
import { idleTimeout, profiles, timeout } from "../src/index.ts";
import type { IdleTimeoutOptions, Profile, TimeoutError, TimeoutEvent } from "../src/index.ts";

const body = new ReadableStream<Uint8Array>();

test("timeout is a layer that leaves the input and the result as they are", () => {
  const layer = timeout(({ attempt }) => attempt * 1_000);
  expectTypeOf(layer).toEqualTypeOf<Layer>();
  const length = wrap(async ({ input }: Call<string>) => input.length, layer, timeout(1_000));
  expectTypeOf(length("input")).toEqualTypeOf<Promise<number>>();
  expectTypeOf(layer.run(() => "text")).toEqualTypeOf<Promise<string>>();
});

test("timeout wants a limit, in numbers", () => {
  expectTypeOf(timeout).parameter(0).toEqualTypeOf<number | ((call: Call) => number)>();
  // @ts-expect-error There is no limit that suits everybody.
  timeout();
  // @ts-expect-error Milliseconds, not a text.
  timeout("30s");
  // @ts-expect-error A limit is known when the call begins.
  timeout(async () => 1_000);
});

test("idleTimeout gives back what it got: a stream or an iterable of the same chunks", () => {
  expectTypeOf(idleTimeout(body, { gap: 1_000 })).toEqualTypeOf<ReadableStream<Uint8Array>>();
  const events = (async function* () {
    yield { type: "ping" };
  })();
  const isProgress = ({ type }: { type: string }): boolean => type !== "ping";
  expectTypeOf(idleTimeout(events, { gap: 1_000, isProgress })).toEqualTypeOf<AsyncIterable<{ type: string }>>();
});

test("idleTimeout wants a gap, and a judge of the chunks that there are", () => {
  expectTypeOf<IdleTimeoutOptions["gap"]>().toEqualTypeOf<number>();
  // @ts-expect-error The gap is what it is for.
  idleTimeout(body, { first: 1_000 });
  // @ts-expect-error The chunks are bytes.
  idleTimeout(body, { gap: 1_000, isProgress: (chunk: string) => chunk !== "" });
  // @ts-expect-error A response is no stream: its body is.
  idleTimeout(new Response(), { gap: 1_000 });
});

test("errors and events know their names, and a listener of them is one of any", () => {
  expectTypeOf<TimeoutError["code"]>().toEqualTypeOf<"TIMEOUT">();
  expectTypeOf<TimeoutError["name"]>().toEqualTypeOf<"TimeoutError">();
  void timeout(1_000).run(() => "text", { emit: ({ label }: TimeoutEvent) => expectTypeOf(label).toExtend<string>() });
  expectTypeOf(profiles.quick).toEqualTypeOf<Profile>();
  // @ts-expect-error There is none of this name.
  void profiles.slow;
});
