import { describe, expect, it } from "vitest";
import { startCall } from "../src/call.ts";
import { promised } from "../src/promised.ts";

const call = startCall("input");

describe("promised", () => {
  it("hands a native promise on as it is", () => {
    const promise = Promise.resolve(5);
    expect(promised(() => promise)(call)).toBe(promise);
  });

  it("makes a promise of a value, and of another kind of promise", async () => {
    // oxlint-disable-next-line no-thenable
    const thenable: PromiseLike<number> = { then: (ok) => Promise.resolve(6).then(ok) };
    expect(await promised(() => 5)(call)).toBe(5);
    expect(await promised(() => thenable)(call)).toBe(6);
  });

  it("rejects where the operation throws, or what it returns throws when it is asked", async () => {
    const failure = new Error("failure");
    const hostile = {
      // oxlint-disable-next-line no-thenable
      get then(): never {
        throw failure;
      },
    };
    const throwing = promised(() => {
      throw failure;
    });
    await expect(throwing(call)).rejects.toBe(failure);
    await expect(promised(() => hostile)(call)).rejects.toBe(failure);
  });
});
