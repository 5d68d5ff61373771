import { startCall, untilAborted } from "@evenkeel/core";
import { getEventListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { task } from "./collect-garbage.ts";

const left = new Error("left");
const failure = new Error("failure");

describe("untilAborted", () => {
  it("settles as the promise does", async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(5), signal)).toBe(5);
    await expect(untilAborted(Promise.reject(failure), signal)).rejects.toBe(failure);
  });

  it("rejects with the very reason as soon as the signal aborts", async () => {
    const caller = new AbortController();
    const promise = untilAborted(new Promise(() => {}), caller.signal);
    caller.abort(left);
    await expect(promise).rejects.toBe(left);
  });

  it.each<[string, (settle: () => void, abort: () => void) => void, "settled" | "aborted"]>([
    ["settled first", (settle, abort) => [settle, abort].forEach((each) => each()), "aborted"],
    ["aborted first", (settle, abort) => [abort, settle].forEach((each) => each()), "aborted"],
  ])("in one turn the abort is heard first: %s", async (_, play, expected) => {
    const caller = new AbortController();
    let resolve!: (value: string) => void;
    const promise = untilAborted(new Promise<string>((ok) => (resolve = ok)), caller.signal);
    play(
      () => resolve("settled"),
      () => caller.abort("aborted"),
    );
    expect(await promise.catch((error: unknown) => error)).toBe(expected);
  });

  it("minds an abort no more when the promise has settled", async () => {
    const caller = new AbortController();
    const promise = untilAborted(Promise.resolve(5), caller.signal);
    await task();
    caller.abort(left);
    expect(await promise).toBe(5);
  });

  it("rejects when the signal has aborted before, even if the promise has settled", async () => {
    await expect(untilAborted(Promise.resolve(5), AbortSignal.abort(left))).rejects.toBe(left);
    await expect(untilAborted(Promise.reject(failure), AbortSignal.abort(left))).rejects.toBe(left);
  });

  it("holds the work from the abort until the promise settles", async () => {
    const caller = new AbortController();
    const { work } = startCall(undefined);
    let resolve!: () => void;
    const promise = untilAborted(new Promise<void>((ok) => (resolve = ok)), caller.signal, work);
    const held = [work.held];
    caller.abort(left);
    await expect(promise).rejects.toBe(left);
    held.push(work.held);
    resolve();
    await task();
    expect([...held, work.held]).toEqual([false, true, false]);
  });

  it("does not report the late failure of the promise as unhandled", async () => {
    const unhandled = vi.fn<(error: unknown) => void>();
    process.on("unhandledRejection", unhandled);
    const caller = new AbortController();
    let reject!: (error: unknown) => void;
    const promise = untilAborted(new Promise((_, no) => (reject = no)), caller.signal);
    caller.abort(left);
    await expect(promise).rejects.toBe(left);
    reject(failure);
    await task();
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("leaves no listener behind but the one that the next call needs", async () => {
    const { signal } = new AbortController();
    const promises = Array.from({ length: 100 }, (_, index) => untilAborted(Promise.resolve(index), signal));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await Promise.all(promises);
    await task();
    const other = new AbortController().signal;
    await untilAborted(Promise.resolve(), other);
    await task();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    expect(getEventListeners(other, "abort")).toHaveLength(1);
  });
});
