import { ForgettableSource } from "@evenkeel/timeout";
import { afterEach, describe, expect, it, vi } from "vitest";

/** Counts, and tells whether it was forgotten. */
class Counter extends ForgettableSource<number> {
  count = 0;
  isForgotten = false;
  reason: unknown;

  override async pull(controller: ReadableStreamDefaultController<number>): Promise<void> {
    controller.enqueue(this.count++);
  }

  override async cancel(reason: unknown): Promise<void> {
    this.reason = reason;
    this.done();
  }

  override forget(): void {
    this.isForgotten = true;
  }

  get canBeReached(): boolean {
    return this.controller !== undefined;
  }

  fail(error: unknown): void {
    this.controller?.error(error);
  }
}

async function collectGarbage(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

afterEach(() => vi.unstubAllGlobals());

describe("a forgettable source", () => {
  // First: once there is a registry, it is there.
  it.each([["WeakRef", "FinalizationRegistry"], ["FinalizationRegistry"]])(
    "is read and ended as any where the runtime has no %s",
    async (...missing) => {
      for (const name of missing) vi.stubGlobal(name, undefined);
      const source = new Counter();
      const reader = source.open().getReader();
      expect(await reader.read()).toEqual({ done: false, value: 0 });
      expect(source.canBeReached).toBe(true);
      source.fail(new Error("ended"));
      await expect(reader.read()).rejects.toThrow("ended");
      await source.open().cancel("enough");
      expect(source.reason).toBe("enough");
    },
  );

  it("is pulled only when a reader waits", async () => {
    const source = new Counter();
    const reader = source.open().getReader();
    expect(source.count).toBe(0);
    expect(await reader.read()).toEqual({ done: false, value: 0 });
    expect(source.count).toBe(1);
  });

  it("hears when its stream was forgotten", async () => {
    const source = new Counter();
    await (async () => void (await source.open().getReader().read()))();
    await collectGarbage();
    expect(source.isForgotten).toBe(true);
    expect(source.canBeReached).toBe(false);
  });

  it("is not forgotten while only a reader is kept, and can still be ended", async () => {
    const source = new Counter();
    const reader = (() => source.open().getReader())();
    await collectGarbage();
    expect(source.isForgotten).toBe(false);
    expect(await reader.read()).toEqual({ done: false, value: 0 });
    source.fail(new Error("over"));
    await expect(reader.read()).rejects.toThrow("over");
  });

  it("hears nothing more once it is done", async () => {
    const source = new Counter();
    await (async () => source.open().cancel("enough"))();
    await collectGarbage();
    expect(source.reason).toBe("enough");
    expect(source.isForgotten).toBe(false);
  });
});
