import type { Work } from "@evenkeel/core";
import * as fc from "fast-check";
import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { AttemptWork } from "../src/work.ts";

type Over = [error: unknown, cost: number | undefined];

/** Asks when the work is over, and returns what was told. */
function told(work: Work): Over[] {
  const times: Over[] = [];
  work.over((error, cost) => times.push([error, cost]));
  return times;
}

const failure = new Error("failure");

describe("work that nobody holds", () => {
  it("is over at once", () => {
    const work = new AttemptWork();
    expect(work.held).toBe(false);
    expect(told(work)).toEqual([[undefined, undefined]]);
  });
});

describe("work that is held", () => {
  it("is over when the hold ends, once, however often it is ended", () => {
    const work = new AttemptWork();
    const end = work.hold();
    expect(work.held).toBe(true);
    const times = told(work);
    expect(times).toEqual([]);
    end();
    end(failure, 5);
    expect(times).toEqual([[undefined, undefined]]);
    expect(work.held).toBe(false);
    expect(told(work)).toEqual([[undefined, undefined]]);
  });

  it("is over when the last of several holds ends, in whatever order", () => {
    const work = new AttemptWork();
    const [first, second, third] = [work.hold(), work.hold(), work.hold()];
    const times = told(work);
    second();
    first();
    expect(times).toEqual([]);
    expect(work.held).toBe(true);
    third();
    expect(times).toHaveLength(1);
  });

  it("does not make those wait who asked before it was held", () => {
    const work = new AttemptWork();
    const end = work.hold();
    const times = told(work);
    work.hold();
    end();
    expect(times).toHaveLength(1);
    expect(work.held).toBe(true);
  });

  it("tells everyone who asked, in the order in which they asked", () => {
    const work = new AttemptWork();
    const end = work.hold();
    const order: number[] = [];
    for (const each of [1, 2, 3]) work.over(() => order.push(each));
    end();
    expect(order).toEqual([1, 2, 3]);
  });

  it("may be held and asked for again by those who hear that it is over", () => {
    const work = new AttemptWork();
    const end = work.hold();
    const heard = vi.fn<() => void>();
    let endAgain: (() => void) | undefined;
    work.over(() => {
      expect(work.held).toBe(false);
      endAgain = work.hold();
      work.over(heard);
    });
    end();
    expect(heard).not.toHaveBeenCalled();
    endAgain!();
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("may be held by who is told at once", () => {
    const work = new AttemptWork();
    const listener = vi.fn<() => void>(() => void work.hold());
    work.over(listener);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(work.held).toBe(true);
  });
});

describe("error and cost", () => {
  it("are handed on, to those who asked before and after", () => {
    const work = new AttemptWork();
    const end = work.hold();
    const before = told(work);
    end(failure, 7);
    expect(before).toEqual([[failure, 7]]);
    expect(told(work)).toEqual([[failure, 7]]);
  });

  it("are the first error, and the costs together", () => {
    const work = new AttemptWork();
    const [first, second, third, fourth] = [work.hold(), work.hold(), work.hold(), work.hold()];
    const times = told(work);
    second(undefined, 5);
    first(failure);
    third(new Error("later"), 2);
    fourth();
    expect(times).toEqual([[failure, 7]]);
  });

  it("may be a cost of nothing", () => {
    const work = new AttemptWork();
    work.hold()(undefined, 0);
    expect(told(work)).toEqual([[undefined, 0]]);
  });
});

describe("a fork", () => {
  it("is held for its parent and its root too, but not the other way round", () => {
    const root = new AttemptWork();
    const attempt = root.fork();
    const inner = attempt.fork();
    const end = attempt.hold();
    expect([root.held, attempt.held, inner.held]).toEqual([true, true, false]);
    end();
    const endRoot = root.hold();
    expect([root.held, attempt.held, inner.held]).toEqual([true, false, false]);
    const endInner = inner.hold();
    expect([root.held, attempt.held, inner.held]).toEqual([true, true, true]);
    endRoot();
    endInner();
    expect([root.held, attempt.held, inner.held]).toEqual([false, false, false]);
  });

  it("has the same root, at any depth", () => {
    const root = new AttemptWork();
    expect(root.root).toBe(root);
    expect(root.fork().root).toBe(root);
    expect(root.fork().fork().fork().root).toBe(root);
  });

  it("shares the root's last error", () => {
    const root = new AttemptWork();
    root.fork().root.lastError = failure;
    expect(root.lastError).toBe(failure);
    expect(root.fork().root.lastError).toBe(failure);
  });

  it("does not wait for an earlier attempt", () => {
    const root = new AttemptWork();
    root.hold();
    expect(told(root.fork())).toHaveLength(1);
  });

  it("is not ended by the end of an earlier attempt", () => {
    const root = new AttemptWork();
    const endFirst = root.hold();
    const attempt = root.fork();
    const endSecond = attempt.hold();
    const times = told(attempt);
    endFirst(failure);
    expect(times).toEqual([]);
    endSecond();
    expect(times).toEqual([[undefined, undefined]]);
  });

  it("does not hear how an earlier attempt ended that was held late", () => {
    const root = new AttemptWork();
    const attempt = root.fork();
    const endLate = root.hold();
    const times = [told(attempt)];
    const end = attempt.hold();
    times.push(told(attempt));
    endLate(new Error("first"), 1);
    end(undefined, 2);
    times.push(told(attempt));
    expect(times).toEqual([[[undefined, undefined]], [[undefined, 2]], [[undefined, 2]]]);
  });

  it("is over for the whole call when all attempts are", () => {
    const root = new AttemptWork();
    const endFirst = root.hold();
    const endSecond = root.fork().hold();
    const times = told(root);
    endSecond();
    expect(times).toEqual([]);
    endFirst();
    expect(times).toHaveLength(1);
  });

  it("tells the call how the last attempt ended, whatever became of the earlier ones", () => {
    const root = new AttemptWork();
    const endFirst = root.hold();
    const endSecond = root.fork().hold();
    const last = root.fork();
    const endLast = last.hold();
    const times = told(root);
    endSecond(new Error("second"), 2);
    endLast(undefined, 3);
    endFirst(new Error("first"), 1);
    expect(times).toEqual([[undefined, 3]]);
  });

  it("tells an earlier attempt's layers how that one ended, though a later one has begun, and has failed", () => {
    const root = new AttemptWork();
    const [end, endLate] = [root.hold(), root.hold()];
    const times = told(root);
    end(failure, 1);
    const attempt = root.fork();
    attempt.hold()(new Error("second"), 2);
    endLate();
    expect(times).toEqual([[failure, 1]]);
    expect(told(root)).toEqual([[new Error("second"), 2]]);
  });

  it("of a fork: the outer call hears of the innermost last attempt", () => {
    const root = new AttemptWork();
    root.fork().fork().hold()(new Error("one"), 1);
    const attempt = root.fork();
    attempt.hold()(new Error("two"), 2);
    attempt.fork().hold()(undefined, 3);
    expect(told(root)).toEqual([[undefined, 3]]);
    expect(told(attempt)).toEqual([[undefined, 3]]);
  });

  it("an outer layer that holds the call when the attempts are done is heard by those further out", () => {
    const root = new AttemptWork();
    const end = root.hold();
    end(new Error("first attempt"));
    root.fork();
    const endReading = root.hold();
    const times = told(root);
    endReading(failure, 9);
    expect(times).toEqual([[failure, 9]]);
  });
});

describe("as the identity of its call in events", () => {
  it("shows nothing, and least of all an error of the upstream", () => {
    const work = new AttemptWork();
    work.lastError = new Error("sk-secret");
    work.hold();
    expect(JSON.stringify({ call: work.fork().root })).toBe('{"call":{}}');
    expect(inspect(work, { depth: 9, showHidden: true })).not.toContain("secret");
    expect(Object.keys(work)).toEqual([]);
  });
});

describe("against a model that remembers everything", () => {
  interface Piece {
    readonly owner: number;
    /** How many attempts each work had seen begin when the piece did. */
    readonly attempts: readonly number[];
    readonly end: (error: unknown, cost: number | undefined) => void;
    outcome: Over | undefined;
  }
  interface Asked {
    readonly work: number;
    readonly attempt: number;
    readonly pieces: readonly Piece[];
    readonly times: Over[];
    expected: Over | undefined;
  }
  const index = fc.nat({ max: 50 });
  const command = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant("hold" as const), index }) },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant("end" as const),
        index,
        error: fc.option(fc.string(), { nil: undefined }),
        cost: fc.option(fc.nat(9), { nil: undefined }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant("over" as const), index }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("fork" as const), index }) },
  );

  it("holds, ends, asks and forks in every order", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const works: Work[] = [new AttemptWork()];
        const parents = [-1];
        const pieces: Piece[] = [];
        const ended: Piece[] = [];
        const askers: Asked[] = [];
        const isWithin = (work: number, outer: number): boolean =>
          work === outer || (work > 0 && isWithin(parents[work]!, outer));
        const attempts = (): number[] => works.map((_, work) => works.filter((_, each) => isWithin(each, work)).length);
        const outcomeOf = ({ work, attempt }: Asked): Over => {
          const own = ended
            .filter((piece) => isWithin(piece.owner, work) && piece.attempts[work] === attempt)
            .map(({ outcome }) => outcome!);
          const costs = own.map(([, cost]) => cost).filter((cost) => cost !== undefined);
          const error = own.map(([each]) => each).find((each) => each !== undefined);
          return [error, costs.length > 0 ? costs.reduce((sum, cost) => sum + cost) : undefined];
        };
        const notify = (): void => {
          for (const asked of askers) {
            if (!asked.expected && asked.pieces.every(({ outcome }) => outcome)) asked.expected = outcomeOf(asked);
          }
        };

        for (const each of commands) {
          const at = each.index % works.length;
          const work = works[at]!;
          if (each.type === "hold") {
            pieces.push({ owner: at, attempts: attempts(), end: work.hold(), outcome: undefined });
          } else if (each.type === "fork") {
            works.push(work.fork());
            parents.push(at);
          } else if (each.type === "over") {
            const held = pieces.filter(({ owner, outcome }) => !outcome && isWithin(owner, at));
            const attempt = attempts()[at]!;
            const asked: Asked = { work: at, attempt, pieces: held, times: [], expected: undefined };
            askers.push(asked);
            notify();
            work.over((error, cost) => asked.times.push([error, cost]));
          } else if (pieces.length > 0) {
            const piece = pieces[each.index % pieces.length]!;
            if (!piece.outcome) {
              piece.outcome = [each.error, each.cost];
              ended.push(piece);
            }
            notify();
            piece.end(each.error, each.cost);
          }
          for (const asked of askers) expect(asked.times).toEqual(asked.expected ? [asked.expected] : []);
          for (const [number, held] of works.entries()) {
            expect(held.held).toBe(pieces.some(({ owner, outcome }) => !outcome && isWithin(owner, number)));
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

it("tells every listener, and the outer work, though one listener throws", () => {
  const root = new AttemptWork();
  const work = root.fork();
  const end = work.hold();
  const told: string[] = [];
  work.over(() => {
    throw new Error("a bug");
  });
  work.over(() => told.push("work"));
  root.over(() => told.push("root"));
  end();
  expect([told, root.held]).toEqual([["work", "root"], false]);
});
