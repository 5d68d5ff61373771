import * as fc from "fast-check";
import { expect, test } from "vitest";
import { QueueNode, Queue } from "../src/queue.ts";

class Guest extends QueueNode {
  readonly name: number;
  readonly rank: number;
  readonly early: boolean;

  constructor(name: number, rank: number, early: boolean) {
    super();
    this.name = name;
    this.rank = rank;
    this.early = early;
  }
}

test("a queue of nobody has no first", () => {
  const queue = new Queue<Guest>();
  expect(queue.size).toBe(0);
  expect(queue.first).toBeUndefined();
});

test("whoever left may join again", () => {
  const queue = new Queue<Guest>();
  const guest = new Guest(1, 0, true);
  queue.join(guest, 5, true);
  queue.leave(guest);
  queue.join(guest, -5);
  expect(queue.first).toBe(guest);
  expect(queue.size).toBe(1);
});

test("whoever joins and leaves, the order is that of a sorted list", () => {
  const join = fc.record({
    rank: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })),
    early: fc.boolean(),
  });
  // More join than leave, so that the heap has several levels: an entry that replaces a removed one may have to rise in it.
  const step = fc.oneof(
    { weight: 3, arbitrary: join },
    { weight: 1, arbitrary: fc.nat().map((leaver) => ({ leaver })) },
    { weight: 1, arbitrary: fc.constant("next" as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
      const queue = new Queue<Guest>();
      let model: Guest[] = [];
      for (const [name, step] of steps.entries()) {
        if (typeof step === "object" && "rank" in step) {
          const guest = new Guest(name, step.rank, step.early);
          queue.join(guest, guest.rank, guest.early);
          model.push(guest);
          model = model.toSorted((a, b) => b.rank - a.rank || Number(b.early) - Number(a.early) || a.name - b.name);
        } else if (model.length > 0) {
          const index = step === "next" ? 0 : step.leaver % model.length;
          const [leaver] = model.splice(index, 1);
          queue.leave(leaver!);
        }
        expect(queue.size).toBe(model.length);
        expect(queue.first).toBe(model[0]);
      }
      for (const guest of model) {
        expect(queue.first).toBe(guest);
        queue.leave(guest);
      }
      expect(queue.first).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});
