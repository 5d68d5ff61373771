import { describe, expect, it } from "vitest";
import { about } from "../src/about.ts";
import { startCall } from "../src/call.ts";

describe("about", () => {
  it("names the key, the attempt and the logical call, and nothing else", () => {
    const call = startCall("a prompt", { key: "a", cost: 3 });
    expect(about(call)).toStrictEqual({ key: "a", attempt: 1, call: call.work });
  });

  it("names the same logical call for each attempt", () => {
    const call = startCall(undefined);
    const retried = { ...call, attempt: 2, work: call.work.fork() };
    expect(about(retried).attempt).toBe(2);
    expect(about(retried).call).toBe(call.work);
  });
});
