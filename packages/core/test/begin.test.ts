import { describe, expect, it } from "vitest";
import { begin } from "../src/begin.ts";
import type { Call, Next } from "../src/call.ts";

const echo: Next<string, string> = async ({ input, key }) => `${input} from ${key}`;
const forward = (call: Call<string>, next: Next<string, string>): Promise<string> => next(call);

describe("begin", () => {
  it("sends the input through the layer to what comes next", async () => {
    expect(await begin(forward, echo, "ahoy", { key: "upstream" })).toBe("ahoy from upstream");
  });

  it("makes a promise of whatever a layer of plain JavaScript returns", async () => {
    expect(await begin((() => 5) as never, echo, "ahoy")).toBe(5);
  });

  it("never throws", async () => {
    const failure = new Error("failure");
    const throwing = (): never => {
      throw failure;
    };
    await expect(begin(throwing, echo, "ahoy")).rejects.toBe(failure);
    await expect(begin(forward, throwing, "ahoy")).rejects.toBe(failure);
    await expect(begin(forward, echo, "ahoy", null as never)).rejects.toThrow(TypeError);
  });

  it("begins nothing where the signal has aborted", async () => {
    const reason = new Error("left");
    const never = (): never => expect.unreachable();
    await expect(begin(never, never, "ahoy", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
