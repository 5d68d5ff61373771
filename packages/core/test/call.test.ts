import { layer, wrap, type Call, type Emit, type ResilienceEvent } from "@evenkeel/core";
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { startCall } from "../src/call.ts";
import { neverAborts } from "../src/never-aborts.ts";
import { task } from "./collect-garbage.ts";

const told: ResilienceEvent = { type: "told", key: "default", attempt: 1, call: {} };

describe("startCall", () => {
  it("begins with the first attempt, without a deadline, and with a signal that never aborts", () => {
    const call = startCall("input");
    expect(call).toMatchObject({ input: "input", attempt: 1, deadline: Infinity, key: "default", cost: 1 });
    expect(call.signal).toBe(neverAborts());
    expect(call.work.root).toBe(call.work);
    expect(call.emit).toBeUndefined();
    expect(call.classify).toBeUndefined();
  });

  it("does not let undefined erase a default", () => {
    const init = { signal: undefined, deadline: undefined, key: undefined, cost: undefined };
    expect(startCall("input", init)).toMatchObject({ deadline: Infinity, key: "default", cost: 1 });
    expect(startCall("input", init).signal).toBe(neverAborts());
  });

  it("has no getters: a copy by spread is a copy", () => {
    const call = startCall("input", { emit: () => {}, classify: () => undefined });
    for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(call))) {
      expect(descriptor.get).toBeUndefined();
    }
    expect({ ...call }).toEqual(call);
  });

  it("takes its input as it is", async () => {
    const input = { prompt: "ahoy" };
    expect(await wrap(async (call: Call<typeof input>) => call.input)(input)).toBe(input);
  });
});

describe("emit", () => {
  const telling = layer((call, next) => {
    call.emit?.(told);
    return next(call);
  });

  it("is absent when nobody listens", async () => {
    expect(await telling.run((call) => call.emit)).toBeUndefined();
  });

  it("passes the very event on", async () => {
    const emit = vi.fn<(event: ResilienceEvent) => void>();
    await telling.run(() => {}, { emit });
    expect(emit.mock.calls).toEqual([[told]]);
    expect(emit.mock.calls[0]![0]).toBe(told);
  });

  it("cannot break a call by throwing", async () => {
    const emit = (): void => {
      throw new Error("listener");
    };
    expect(await telling.run(() => 5, { emit })).toBe(5);
  });

  it.each<[string, Emit]>([
    [
      "of this realm",
      async () => {
        throw new Error("listener");
      },
    ],
    ["of another realm", runInNewContext(`async () => { throw new Error("listener"); }`) as Emit],
  ])("cannot break a call by a promise that rejects, %s", async (_, emit) => {
    const unhandled = vi.fn<(error: unknown) => void>();
    process.on("unhandledRejection", unhandled);
    try {
      expect(await telling.run(() => 5, { emit })).toBe(5);
      await task();
      expect(unhandled).not.toHaveBeenCalled();
    } finally {
      process.off("unhandledRejection", unhandled);
    }
  });

  it("does not wait for its listener", async () => {
    const emit = (): Promise<void> => new Promise(() => {});
    expect(await telling.run(() => 5, { emit })).toBe(5);
  });
});
