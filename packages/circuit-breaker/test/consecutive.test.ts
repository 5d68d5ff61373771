import { systemClock } from "@evenkeel/core";
import { describe, expect, it } from "vitest";
import { consecutive } from "../src/index.ts";
import { judged, play } from "./play.ts";

describe("consecutive", () => {
  it("trips at the last of so many failures in a row", async () => {
    const { breaker, events, fail } = play({ trip: consecutive(3) });
    await fail(2);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(events).toMatchObject([{ type: "circuit-open", reason: "consecutive" }]);
  });

  it("begins anew after a success", async () => {
    const { breaker, fail, succeed } = play({ trip: consecutive(3) });
    await fail(2);
    await succeed(1);
    await fail(2);
    expect(breaker.state()).toBe("closed");
  });

  it("counts a timeout as a failure, and leaves what is neutral out", async () => {
    const { breaker, fail } = play({ trip: consecutive(3) });
    await fail(2, judged({ kind: "timeout", health: "failure" }));
    await fail(5, judged({ health: "neutral" }));
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("is idle while nothing has failed", () => {
    const record = consecutive(3).start(systemClock);
    expect(record.isIdle).toBe(true);
    record.add("failure", 0);
    expect(record.isIdle).toBe(false);
    record.add("success", 0);
    expect(record.isIdle).toBe(true);
  });

  it.each([0, 1.5, -1, Number.NaN, "3"])("refuses %s", (failures) => {
    expect(() => consecutive(failures as number)).toThrow(/^Expected `failures` to be an integer >= 1, got /);
  });
});
