import { describe, expect, it } from "vitest";
import { begin } from "../src/begin.ts";
import type { Next } from "../src/call.ts";

const echo: Next<string, string> = async ({ input, key }) => `${input} from ${key}`;

describe("begin", () => {
  it("sends the input to what comes next", async () => {
    expect(await begin(echo, "ahoy", { key: "upstream" })).toBe("ahoy from upstream");
  });

  it("makes a promise of whatever a layer of plain JavaScript returns", async () => {
    expect(await begin((() => 5) as never, "ahoy")).toBe(5);
  });

  it("never throws", async () => {
    const failure = new Error("failure");
    const throwing = (): never => {
      throw failure;
    };
    await expect(begin(throwing, "ahoy")).rejects.toBe(failure);
    await expect(begin(echo, "ahoy", null as never)).rejects.toThrow(TypeError);
  });

  it("begins nothing where the signal has aborted", async () => {
    const reason = new Error("left");
    const never = (): never => expect.unreachable();
    await expect(begin(never, "ahoy", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
