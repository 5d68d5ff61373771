import { describe, expect, it } from "vitest";
import { contenders } from "../../src/gauntlet/contenders.ts";
import { settings } from "../../src/gauntlet/contenders/settings.ts";
import { play } from "../../src/gauntlet/play.ts";
import { outage } from "../../src/gauntlet/scenarios/outage.ts";

const named = (wanted: string) => settings.find(({ name }) => name === wanted)!;

describe("other settings", () => {
  it("have names of their own", () => {
    const names = [...contenders, ...settings].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("make the difference that they are there to show", async () => {
    const probedEarly = await play(outage, named("1 s"), 1);
    const probedLate = await play(outage, named("5 s, doubling"), 1);
    expect(probedEarly.loadInTrouble).toBeGreaterThan(probedLate.loadInTrouble!);
  });
});
