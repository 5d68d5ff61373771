import { layer, type Middleware } from "@evenkeel/core";
import { describe, expect, it } from "vitest";

const forward = (): Middleware => (call, next) => next(call);

describe("layer", () => {
  it("is the middleware itself: a stack trace names it, and nothing stands in between", () => {
    const middleware: Middleware = function patience(call, next) {
      return next(call);
    };
    expect(layer(middleware)).toBe(middleware);
    expect(
      layer(function patience(call, next) {
        return next(call);
      }).name,
    ).toBe("patience");
  });

  it("bears properties and methods", () => {
    const open = layer(forward(), { limit: 5, state: (key: string) => `${key} is open` });
    expect(open.limit).toBe(5);
    expect(open.state("upstream")).toBe("upstream is open");
  });

  it("bears getters, which are read each time", () => {
    let active = 0;
    const limit = layer(forward(), {
      get active() {
        return active;
      },
    });
    active = 3;
    expect(limit.active).toBe(3);
    active = 4;
    expect(limit.active).toBe(4);
  });

  it("does not read a getter when it is made", () => {
    const limit = layer(forward(), {
      get broken(): number {
        throw new Error("read");
      },
    });
    expect(() => limit.broken).toThrow("read");
  });

  it("is read-only, getters too", () => {
    const limit = layer(forward(), {
      limit: 5,
      get active() {
        return 1;
      },
    }) as { limit: number; active: number; run: unknown; extra?: number };
    expect(() => (limit.limit = 6)).toThrow(TypeError);
    expect(() => (limit.active = 6)).toThrow(TypeError);
    expect(() => (limit.run = () => {})).toThrow(TypeError);
    expect(() => (limit.extra = 6)).toThrow(TypeError);
    expect(limit.limit).toBe(5);
    expect(Object.keys(limit)).toEqual(["limit", "active", "run"]);
  });

  it("leaves the object that lists the properties alone", () => {
    const properties = { limit: 5 };
    layer(forward(), properties);
    properties.limit = 6;
    expect(properties).toEqual({ limit: 6 });
  });

  it("refuses what is no function", () => {
    expect(() => layer(5 as never)).toThrow(new TypeError("Expected `middleware` to be a function, got 5"));
  });
});

describe("run", () => {
  it("runs an operation under the layer", async () => {
    const second = layer((call, next) => next({ ...call, attempt: 2 }));
    expect(await second.run(async ({ attempt }) => attempt)).toBe(2);
  });

  it("takes an operation that returns no promise, or a promise of another kind", async () => {
    const { run } = layer(forward());
    // oxlint-disable-next-line no-thenable
    const thenable: PromiseLike<string> = { then: (ok) => Promise.resolve("later").then(ok) };
    expect(await run(() => "now")).toBe("now");
    expect(await run(() => thenable)).toBe("later");
  });

  it("rejects at once with what is no operation, such as a promise of one that has begun: no layer repeats it", async () => {
    let asked = 0;
    const counting = layer((call, next) => {
      asked++;
      return next(call);
    });
    const mistake = counting.run(Promise.resolve("begun") as never);
    await expect(mistake).rejects.toThrow(new TypeError("Expected `operation` to be a function, got [object Promise]"));
    expect(asked).toBe(0);
  });

  it("lets next be called again", async () => {
    const again = layer(async (call, next) => {
      try {
        return await next(call);
      } catch {
        return next({ ...call, attempt: 2 });
      }
    });
    const operation = ({ attempt }: { attempt: number }): string => {
      if (attempt === 1) throw new Error("not yet");
      return "done";
    };
    expect(await again.run(operation)).toBe("done");
  });

  it("gives the caller's signal, deadline, key and cost to the call", async () => {
    const { signal } = new AbortController();
    const seen = await layer(forward()).run((call) => call, { signal, deadline: 99, key: "upstream", cost: 7 });
    expect(seen).toMatchObject({ input: undefined, deadline: 99, key: "upstream", cost: 7 });
    expect(seen.signal).toBe(signal);
  });

  it("rejects when the operation throws at once", async () => {
    const failure = new Error("failure");
    const promise = layer(forward()).run(() => {
      throw failure;
    });
    await expect(promise).rejects.toBe(failure);
  });

  it("rejects when the layer throws at once", async () => {
    const failure = new Error("failure");
    const promise = layer(() => {
      throw failure;
    }).run(() => 5);
    await expect(promise).rejects.toBe(failure);
  });

  it("rejects when the operation is no function", async () => {
    await expect(layer(forward()).run(5 as never)).rejects.toThrow(TypeError);
  });

  it("calls neither layer nor operation when the signal has aborted, and rejects with the very reason", async () => {
    const called: string[] = [];
    const noted = layer((call, next) => {
      called.push("layer");
      return next(call);
    });
    for (const reason of [new Error("left"), "left", 0, null]) {
      await expect(noted.run(() => called.push("operation"), { signal: AbortSignal.abort(reason) })).rejects.toBe(
        reason,
      );
    }
    expect(called).toEqual([]);
  });

  it("does not call the operation when the signal aborts before the layer gets to it and the layer minds", async () => {
    const caller = new AbortController();
    const reason = new Error("left");
    let calls = 0;
    const minding = layer(async (call, next) => {
      await Promise.resolve();
      call.signal.throwIfAborted();
      return next(call);
    });
    const promise = minding.run(() => calls++, { signal: caller.signal });
    caller.abort(reason);
    await expect(promise).rejects.toBe(reason);
    expect(calls).toBe(0);
  });
});
