import { describe, expect, it } from "vitest";
import { contenderIds, load } from "../../src/speed/contenders.ts";
import { crowdIds } from "../../src/speed/crowds.ts";
import { check, floorOf, operationIds, operations } from "../../src/speed/operations.ts";

const contenders = await Promise.all(contenderIds.map(load));
const rows = contenders.flatMap((contender) =>
  operationIds.flatMap((id) => {
    const make = contender.does[id];
    return make ? { who: contender.name, what: `${operations[id].subject}, ${operations[id].title}`, id, make } : [];
  }),
);

// What is timed and goes wrong would look fast, or slow, and mean nothing.
describe("what is timed does what it says, again and again", () => {
  it.each(rows)("$what: $who", async ({ id, make }) => {
    const timed = await make();
    for (let call = 0; call < 6; call++) await expect(check(id, timed)).resolves.toBeUndefined();
  });

  it("notices what does not", async () => {
    await expect(check("retrySuccess", () => 41)).rejects.toThrow('another outcome of "around a success"');
    await expect(check("breakerOpen", async () => 42)).rejects.toThrow('another outcome of "open"');
    await expect(check("breakerManyFailure", async () => new Error("open"))).rejects.toThrow("100,000 calls");
  });

  it("the floors are what they are floors of", async () => {
    for (const id of operationIds.filter((each) => each !== "breakerOpen"))
      await expect(check(id, floorOf(id))).resolves.toBeUndefined();
  });
});

it("every operation is ours, and a peer's too", () => {
  for (const id of operationIds.filter((each) => each !== "nothing" && each !== "timeoutManyShared")) {
    const names = contenders.filter(({ does }) => does[id]).map(({ name }) => name);
    expect(names).toContain("evenkeel");
    expect(names.filter((name) => !name.startsWith("evenkeel"))).not.toEqual([]);
  }
});

describe("a crowd is answered", () => {
  const crowds = contenders.flatMap(({ name, crowds: own = {} }) =>
    crowdIds.flatMap((id) => (own[id] ? { who: name, id, make: own[id] } : [])),
  );

  it.each(crowds)("$id: $who", async ({ make }) => {
    const run = make(30);
    let open = (_answer: number): void => {};
    const gate = new Promise<number>((resolve) => (open = resolve));
    const calls = Array.from({ length: 30 }, () => run(() => gate));
    open(42);
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 30 }, () => 42));
  });
});
