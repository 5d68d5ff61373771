import { keyed } from "@evenkeel/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

interface State {
  readonly key: string;
  isIdle: boolean;
}

function states(maxKeys?: number): { made: string[]; judged: () => number; map: ReturnType<typeof keyed<State>> } {
  const made: string[] = [];
  let judged = 0;
  const map = keyed<State>({
    create(key) {
      made.push(key);
      return { key, isIdle: true };
    },
    isIdle(state) {
      judged++;
      return state.isIdle;
    },
    maxKeys,
  });
  return { made, judged: () => judged, map };
}

describe("keyed", () => {
  it("makes the state of a key once", () => {
    const { map, made } = states();
    const state = map.get("a");
    expect(map.get("a")).toBe(state);
    expect(map.get("b")).not.toBe(state);
    expect(made).toEqual(["a", "b"]);
  });

  it("peeks without making anything, in both generations", () => {
    const { map, made } = states(2);
    expect(map.peek("a")).toBeUndefined();
    const state = map.get("a");
    expect(map.peek("a")).toBe(state);
    map.get("b"); // rotates
    expect(map.peek("a")).toBe(state);
    expect(map.size).toBe(2);
    expect(made).toEqual(["a", "b"]);
  });

  it("lists what it remembers, and the list is not disturbed by what happens meanwhile", () => {
    const { map } = states(3);
    for (const key of "abcd") map.get(key);
    const entries = map.entries();
    for (const key of "efghi") map.get(key);
    const listed = [...entries];
    expect(listed.map(([key]) => key).join("")).toBe("dabc");
    expect(listed.every(([key, state]) => state.key === key)).toBe(true);
  });

  it("takes any string for a key", () => {
    const { map } = states();
    for (const key of ["__proto__", "constructor", "", "toString"]) expect(map.get(key).key).toBe(key);
    expect(map.size).toBe(4);
  });

  it("forgets the idle keys that were not asked for, and keeps those that were", () => {
    const { map } = states(10);
    const favourite = map.get("favourite");
    for (let key = 0; key < 1_000; key++) {
      map.get(String(key));
      expect(key % 5 === 0 ? map.get("favourite") : favourite).toBe(favourite);
    }
    expect(map.peek("0")).toBeUndefined();
    expect(map.peek("999")).toBeDefined();
  });

  it("remembers at least the last `maxKeys` idle keys, and at most twice as many", () => {
    const { map } = states(10);
    for (let key = 0; key < 1_000; key++) {
      map.get(String(key));
      for (let recent = Math.max(0, key - 9); recent <= key; recent++) expect(map.peek(String(recent))).toBeDefined();
      expect(map.size).toBeLessThanOrEqual(20);
    }
  });

  it("never forgets a busy key, and forgets it once it is idle", () => {
    const { map } = states(10);
    const busy = map.get("busy");
    busy.isIdle = false;
    for (let key = 0; key < 1_000; key++) map.get(String(key));
    expect(map.peek("busy")).toBe(busy);
    busy.isIdle = true;
    for (let key = 0; key < 1_000; key++) map.get(String(key));
    expect(map.peek("busy")).toBeUndefined();
  });

  it("stays within its bound under a million keys, each at a cost that does not grow", () => {
    const { map, judged } = states(1_000);
    for (let key = 0; key < 1_000_000; key++) map.get(`key-${key}`);
    expect(map.size).toBeLessThanOrEqual(2_000);
    expect(judged()).toBeLessThanOrEqual(1_000_000);
  });

  it("carries a crowd of busy keys at a constant cost a key", () => {
    const { map, judged } = states(10);
    for (let key = 0; key < 100_000; key++) map.get(`busy-${key}`).isIdle = false;
    expect(map.size).toBe(100_000);
    for (let key = 0; key < 100_000; key++) map.get(`idle-${key}`);
    expect(judged()).toBeLessThan(3 * 200_000);
    for (const [, state] of map.entries()) state.isIdle = true;
    for (let key = 0; key < 1_000_000; key++) map.get(`new-${key}`);
    expect(map.size).toBeLessThanOrEqual(20);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %d keys", (maxKeys) => {
    expect(() => states(maxKeys)).toThrow(new RangeError(`Expected \`maxKeys\` to be an integer >= 1, got ${maxKeys}`));
  });

  it("agrees with a map that forgets nothing, but for idle keys", () => {
    const key = fc.integer({ min: 0, max: 30 }).map(String);
    const command = fc.oneof(
      fc.record({ type: fc.constantFrom("get" as const, "peek" as const), key }),
      fc.record({ type: fc.constantFrom("busy" as const, "idle" as const), key }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(command, { maxLength: 200 }), (maxKeys, commands) => {
        const { map } = states(maxKeys);
        const model = new Map<string, State>();
        for (const { type, key } of commands) {
          const known = model.get(key);
          const entriesBefore = new Map(map.entries());
          const state = type === "peek" ? map.peek(key) : map.get(key);
          // A busy state is the same object for ever; an idle one may have been forgotten, and made anew.
          expect(state).toBe(known && !known.isIdle ? known : state);
          expect(state === undefined).toBe(type === "peek" && !entriesBefore.has(key));
          if (state) model.set(key, state);
          if (state && (type === "busy" || type === "idle")) state.isIdle = type === "idle";
          const entries = [...map.entries()];
          expect(new Set(entries.map(([each]) => each)).size).toBe(map.size);
          const busy = entries.filter(([, each]) => !each.isIdle).length;
          const mostBusy = [...model.values()].filter((each) => !each.isIdle).length;
          expect(busy).toBe(mostBusy);
        }
      }),
    );
  });
});
