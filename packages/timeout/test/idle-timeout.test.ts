import { Readable } from "node:stream";
import type { Clock } from "@evenkeel/core";
import { fakeClock, type FakeClock } from "@evenkeel/testkit";
import { describe, expect, test, vi } from "vitest";
import { idleTimeout, TimeoutError, type IdleTimeoutOptions } from "../src/index.ts";

type Options = Partial<IdleTimeoutOptions<string>>;

/** What a test does with a guarded source, whatever its kind: it plays the upstream and reads. */
interface Played {
  readonly clock: FakeClock;
  push(chunk: string): void;
  end(): void;
  fail(error: unknown): void;
  /** Reads the next chunk, `undefined` at the end, or what it fails with. */
  read(): Promise<unknown>;
  /** Ends reading before the end. */
  leave(): Promise<unknown>;
  /** With what the upstream was told to end. */
  readonly cancelled: unknown[];
}

function playStream(options: Options = {}): Played & { readonly stream: ReadableStream<string> } {
  const clock = fakeClock();
  const cancelled: unknown[] = [];
  let upstream: ReadableStreamDefaultController<string>;
  const source = new ReadableStream<string>({
    start: (controller) => void (upstream = controller),
    cancel: (reason) => void cancelled.push(reason),
  });
  const stream = idleTimeout(source, { gap: 100, clock, ...options });
  let reader: ReadableStreamDefaultReader<string> | undefined;
  const reading = (): ReadableStreamDefaultReader<string> => (reader ??= stream.getReader());
  return {
    clock,
    stream,
    cancelled,
    push: (chunk) => upstream.enqueue(chunk),
    end: () => upstream.close(),
    fail: (error) => upstream.error(error),
    read: () => outcome(reading().read()),
    leave: () => reading().cancel("enough"),
  };
}

/** An iterable of its own make, which is told to end through `return`. */
function playIterable(options: Options = {}): Played {
  const clock = fakeClock();
  const cancelled: unknown[] = [];
  const { readable, writer } = pipe();
  const reader = readable.getReader();
  const source: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => (await reader.read()) as IteratorResult<string>,
      async return() {
        cancelled.push("return");
        return { done: true, value: undefined };
      },
    }),
  };
  const chunks = idleTimeout(source, { gap: 100, clock, ...options })[Symbol.asyncIterator]();
  return {
    clock,
    cancelled,
    push: (chunk) => writer.enqueue(chunk),
    end: () => writer.close(),
    fail: (error) => writer.error(error),
    read: () => outcome(chunks.next()),
    leave: () => chunks.return!(),
  };
}

function pipe(): { readable: ReadableStream<string>; writer: ReadableStreamDefaultController<string> } {
  let writer!: ReadableStreamDefaultController<string>;
  const readable = new ReadableStream<string>({ start: (controller) => void (writer = controller) });
  return { readable, writer };
}

function streamOf<Chunk>(...chunks: Chunk[]): ReadableStream<Chunk> {
  return new ReadableStream<Chunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** The chunk, `undefined` at the end, or the failure. */
function outcome(
  result: Promise<IteratorResult<string, unknown> | ReadableStreamReadResult<string>>,
): Promise<unknown> {
  return result.then(
    ({ value }) => value,
    (error: unknown) => error,
  );
}

const timedOut = (label: string, limit: number): object => ({ name: "TimeoutError", label, limit });

describe.each([
  ["a stream", playStream],
  ["an async iterable", playIterable],
] as const)("%s", (kind, play) => {
  /** What an upstream hears that is cut: a stream hears the error, an iterator that it may go. */
  const heard = (error: unknown): unknown[] => [kind === "a stream" ? error : "return"];

  test("that flows comes through, and leaves no timer", async () => {
    const { clock, push, end, read, cancelled } = play({ first: 1_000, total: 60_000, unread: 5_000 });
    for (const chunk of ["a", "b", "c"]) {
      const reading = read();
      await clock.advance(99);
      push(chunk);
      expect(await reading).toBe(chunk);
    }
    const reading = read();
    end();
    expect(await reading).toBe(undefined);
    expect(clock.pending).toBe(0);
    expect(cancelled).toEqual([]);
  });

  test("whose first chunk is late errs, and is cancelled upstream", async () => {
    const { clock, read, cancelled } = play({ first: 1_000 });
    const reading = read();
    await clock.advance(999);
    expect(cancelled).toEqual([]);
    await clock.advance(1);
    const error = await reading;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject(timedOut("first-content", 1_000));
    expect(cancelled).toEqual(heard(error));
    expect(clock.pending).toBe(0);
  });

  test("without a first limit has the gap's", async () => {
    const { clock, read } = play();
    const reading = read();
    await clock.advance(100);
    expect(await reading).toMatchObject(timedOut("first-content", 100));
  });

  test("that stalls errs after the gap, and is cancelled upstream", async () => {
    const { clock, push, read, cancelled } = play({ first: 1_000 });
    push("a");
    expect(await read()).toBe("a");
    const reading = read();
    await clock.advance(100);
    const error = await reading;
    expect(error).toMatchObject(timedOut("gap", 100));
    expect(cancelled).toEqual(heard(error));
    expect(clock.pending).toBe(0);
  });

  test("that takes too long in all errs, however well it flows", async () => {
    const { clock, push, read, cancelled } = play({ total: 1_000 });
    for (let chunk = 0; chunk < 19; chunk++) {
      const reading = read();
      await clock.advance(50);
      push("a");
      expect(await reading).toBe("a");
    }
    const reading = read();
    await clock.advance(50);
    const error = await reading;
    expect(error).toMatchObject(timedOut("total", 1_000));
    expect(cancelled).toEqual(heard(error));
    expect(clock.pending).toBe(0);
  });

  test("that is read slowly is no stalled one", async () => {
    const { clock, push, end, read } = play();
    for (const chunk of ["a", "b", "c"]) {
      push(chunk);
      expect(await read()).toBe(chunk);
      await clock.advance(60_000);
    }
    end();
    expect(await read()).toBe(undefined);
  });

  test("that is not read on is cancelled upstream, without another read", async () => {
    const { clock, push, read, cancelled } = play({ unread: 1_000, total: 60_000 });
    push("a");
    expect(await read()).toBe("a");
    await clock.advance(999);
    expect(cancelled).toEqual([]);
    await clock.advance(1);
    expect(cancelled.length).toBe(1);
    expect(clock.pending).toBe(0);
    const error = await read();
    expect(error).toMatchObject(timedOut("unread", 1_000));
    expect(cancelled).toEqual(heard(error));
  });

  test("of nothing but pings errs: they come through, but are no progress", async () => {
    const { clock, push, read } = play({ first: 1_000, isProgress: (chunk) => chunk !== "ping" });
    for (let ping = 0; ping < 9; ping++) {
      const reading = read();
      await clock.advance(100);
      push("ping");
      expect(await reading).toBe("ping");
    }
    const reading = read();
    await clock.advance(100);
    expect(await reading).toMatchObject(timedOut("first-content", 1_000));
  });

  test("of pings between its chunks has the gap from chunk to chunk", async () => {
    const { clock, push, read } = play({ isProgress: (chunk) => chunk !== "ping" });
    push("a");
    expect(await read()).toBe("a");
    const ping = read();
    await clock.advance(60);
    push("ping");
    expect(await ping).toBe("ping");
    const reading = read();
    await clock.advance(40);
    expect(await reading).toMatchObject(timedOut("gap", 100));
  });

  test("delivers what arrives in the moment of the limit before it gives up", async () => {
    const { clock, push, read, cancelled } = play();
    const reading = read();
    clock.after(100, () => push("just in time"));
    await clock.advance(100);
    expect(await reading).toBe("just in time");
    expect(cancelled).toEqual([]);
  });

  test("that fails passes the upstream's own error on, and leaves no timer", async () => {
    const { clock, push, fail, read } = play({ first: 1_000, total: 60_000, unread: 5_000 });
    const error = new Error("reset");
    push("a");
    expect(await read()).toBe("a");
    const reading = read();
    fail(error);
    expect(await reading).toBe(error);
    expect(clock.pending).toBe(0);
  });

  test("whose reader leaves is cancelled upstream, and leaves no timer", async () => {
    const { clock, push, read, leave, cancelled } = play({ first: 1_000, total: 60_000, unread: 5_000 });
    push("a");
    expect(await read()).toBe("a");
    await leave();
    expect(cancelled).toEqual(heard("enough"));
    expect(clock.pending).toBe(0);
    expect(await read()).toBe(undefined);
  });

  test("is cancelled upstream when `isProgress` throws, and fails with what it threw", async () => {
    const error = new Error("no such event");
    const { clock, push, read, cancelled } = play({
      isProgress: () => {
        throw error;
      },
    });
    push("a");
    expect(await read()).toBe(error);
    expect(cancelled).toEqual(heard(error));
    expect(clock.pending).toBe(0);
  });

  test("stays ended: what comes after the error is nobody's, and cancelled once", async () => {
    const { clock, read, cancelled } = play({ total: 100, unread: 100 });
    const reading = read();
    await clock.advance(100);
    await reading;
    await clock.advance(10_000);
    expect(cancelled.length).toBe(1);
    expect(clock.pending).toBe(0);
  });
});

test.each([
  [{ gap: 100 }, true],
  [{ gap: 100, first: Infinity }, false],
  [{ gap: Infinity, first: 100 }, false],
])(
  "the process may end before the total limit if nobody waits, provided that it could not while a reader waits: %o",
  (limits, may) => {
    const after = vi.fn<Clock["after"]>(() => () => {});
    idleTimeout(new ReadableStream(), { ...limits, total: 1_000, clock: { now: () => 0, after } });
    expect(after).toHaveBeenCalledWith(1_000, expect.any(Function), may);
  },
);

describe("a stream, in particular", () => {
  test("delivers what arrived while the process was busy before its total limit applies", async () => {
    let now = 0;
    const timers: (() => void)[] = [];
    const clock: Clock = { now: () => now, after: (_ms, fn) => (timers.push(fn), () => {}) };
    const { readable, writer } = pipe();
    const reader = idleTimeout(readable, { gap: Infinity, total: 1_000, clock }).getReader();
    const first = reader.read();
    now = 60_000;
    timers.shift()!();
    writer.enqueue("a");
    expect(await first).toEqual({ done: false, value: "a" });
    timers.shift()!();
    await expect(reader.read()).rejects.toMatchObject(timedOut("total", 1_000));
  });

  test("is watched from the start on: nobody need have read", async () => {
    const unread = playStream({ unread: 1_000 });
    await unread.clock.advance(1_000);
    expect(unread.cancelled).toMatchObject([timedOut("unread", 1_000)]);
    const total = playStream({ total: 1_000 });
    await total.clock.advance(1_000);
    expect(total.cancelled).toMatchObject([timedOut("total", 1_000)]);
    expect(await total.read()).toBe(total.cancelled[0]);
  });

  test("is not read ahead: time counts from when its reader asks", async () => {
    const pull = vi.fn<() => void>();
    const source = new ReadableStream<string>({ pull }, { highWaterMark: 0 });
    const clock = fakeClock();
    const stream = idleTimeout(source, { gap: 100, clock });
    await clock.advance(10_000);
    expect(pull).not.toHaveBeenCalled();
    const reading = outcome(stream.getReader().read());
    await clock.advance(100);
    expect(pull).toHaveBeenCalledOnce();
    expect(await reading).toMatchObject(timedOut("first-content", 100));
  });

  test("errs before its source hears of it: the other way round a deaf source would seem to end well", async () => {
    const clock = fakeClock();
    const order: string[] = [];
    const source = new ReadableStream<string>({
      async cancel() {
        await Promise.resolve();
        order.push("cancelled");
        return new Promise(() => {});
      },
    });
    const reader = idleTimeout(source, { gap: 100, clock }).getReader();
    reader.closed.catch(() => order.push("errored"));
    const reading = outcome(reader.read());
    await clock.advance(100);
    expect(await reading).toMatchObject(timedOut("first-content", 100));
    expect(order).toEqual(["errored", "cancelled"]);
  });

  test("errs at once also when nobody reads", async () => {
    const { clock, stream } = playStream({ unread: 1_000 });
    const closed = stream.getReader().closed.catch((error: unknown) => error);
    await clock.advance(1_000);
    expect(await closed).toMatchObject(timedOut("unread", 1_000));
  });

  test("whose source fails to be cancelled says so to the reader who cancels", async () => {
    const error = new Error("cannot");
    const clock = fakeClock();
    const source = new ReadableStream<string>({
      cancel() {
        throw error;
      },
    });
    await expect(idleTimeout(source, { gap: 100, clock }).cancel("enough")).rejects.toBe(error);
    expect(clock.pending).toBe(0);
  });

  test("can be cancelled while a read is under way, which ends", async () => {
    const { clock, read, leave, cancelled } = playStream();
    const reading = read();
    await leave();
    expect(await reading).toBe(undefined);
    expect(cancelled).toEqual(["enough"]);
    expect(clock.pending).toBe(0);
  });

  test("hears nothing of a chunk that comes with the cancellation", async () => {
    const isProgress = vi.fn<() => boolean>(() => true);
    const { clock, push, read, leave } = playStream({ isProgress });
    const reading = read();
    await clock.advance(0);
    push("a");
    await leave();
    expect(await reading).toBe(undefined);
    expect(isProgress).not.toHaveBeenCalled();
  });

  test("can be teed: both branches get everything, and both get the error", async () => {
    const { clock, stream, push, cancelled } = playStream({ first: 1_000 });
    const readers = stream.tee().map((branch) => branch.getReader());
    push("a");
    expect(await Promise.all(readers.map((reader) => outcome(reader.read())))).toEqual(["a", "a"]);
    const rest = Promise.all(readers.map((reader) => outcome(reader.read())));
    await clock.advance(100);
    const [left, right] = await rest;
    expect(left).toMatchObject(timedOut("gap", 100));
    expect(right).toBe(left);
    expect(cancelled).toEqual([left]);
  });

  test("hands its chunks on as the same objects", async () => {
    const chunks = [new Uint8Array([1]), new Uint8Array([2])];
    const seen: Uint8Array[] = [];
    const clock = fakeClock();
    for await (const chunk of idleTimeout(streamOf(...chunks), { gap: 100, clock })) seen.push(chunk);
    expect(seen.length).toBe(2);
    seen.forEach((chunk, index) => expect(chunk).toBe(chunks[index]));
  });
});

describe("a stream that its reader forgot", () => {
  /** Makes a stream, reads a chunk of it and lets it go: apart, so that nothing here holds it. */
  async function forget(clock: FakeClock, cancelled: unknown[], limits: Options): Promise<WeakRef<object>> {
    const source = new ReadableStream<string>({
      start: (controller) => controller.enqueue("a"),
      cancel: (reason) => void cancelled.push(reason),
    });
    const stream = idleTimeout(source, { gap: 100, clock, ...limits });
    expect(await outcome(stream.getReader().read())).toBe("a");
    return new WeakRef(stream);
  }

  test("is collected, whatever its limits, and its source is cancelled", async () => {
    for (const options of [{}, { first: 5_000, gap: 5_000, total: 60_000, unread: 60_000 }]) {
      const clock = fakeClock();
      const cancelled: unknown[] = [];
      const stream = await forget(clock, cancelled, options);
      for (let turn = 0; turn < 20 && cancelled.length === 0; turn++) {
        gc!();
        await clock.advance(0);
      }
      expect(stream.deref()).toBe(undefined);
      expect(cancelled).toMatchObject([{ message: "The stream was not read to its end" }]);
      expect(clock.pending).toBe(0);
    }
  });
});

describe("an async iterable, in particular", () => {
  /** Reads all chunks, or until `stop` says so. */
  async function readAll(source: AsyncIterable<string>, stop?: (chunk: string) => boolean): Promise<string[]> {
    const chunks: string[] = [];
    for await (const chunk of source) {
      chunks.push(chunk);
      if (stop?.(chunk)) break;
    }
    return chunks;
  }

  test("is watched from its first `next` on", async () => {
    const { clock, read, cancelled } = playIterable({ unread: 1_000, total: 1_000 });
    await clock.advance(60_000);
    expect(clock.pending).toBe(0);
    expect(cancelled).toEqual([]);
    const reading = read();
    await clock.advance(100);
    expect(await reading).toMatchObject(timedOut("first-content", 100));
  });

  test("whose `next` never settles is given up, although it cannot hear of it", async () => {
    const clock = fakeClock();
    async function* stuck(): AsyncGenerator<string> {
      yield "a";
      await new Promise(() => {});
    }
    const chunks = idleTimeout(stuck(), { gap: 100, clock })[Symbol.asyncIterator]();
    expect(await outcome(chunks.next())).toBe("a");
    const reading = outcome(chunks.next());
    await clock.advance(100);
    expect(await reading).toMatchObject(timedOut("gap", 100));
    expect(await chunks.next()).toEqual({ done: true, value: undefined });
  });

  test("is left in good order: the break waits for it, and hears its failure", async () => {
    const order: string[] = [];
    const failure = new Error("cannot close");
    async function* source(fails: boolean): AsyncGenerator<string> {
      try {
        yield* ["a", "b"];
      } finally {
        await Promise.resolve();
        order.push("closed");
        if (fails) order.push(await Promise.reject(failure));
      }
    }
    const clock = fakeClock();
    expect(await readAll(idleTimeout(source(false), { gap: 100, clock }), () => true)).toEqual(["a"]);
    expect(order).toEqual(["closed"]);
    await expect(readAll(idleTimeout(source(true), { gap: 100, clock }), () => true)).rejects.toBe(failure);
    expect(clock.pending).toBe(0);
  });

  test("that ended or failed by itself is not told to end", async () => {
    const error = new Error("reset");
    for (const settle of [async () => ({ done: true, value: undefined }), () => Promise.reject(error)]) {
      const told = vi.fn<() => Promise<IteratorResult<string>>>();
      const source = { [Symbol.asyncIterator]: () => ({ next: settle, return: told }) } as AsyncIterable<string>;
      await readAll(idleTimeout(source, { gap: 100, clock: fakeClock() })).catch(() => {});
      expect(told).not.toHaveBeenCalled();
    }
  });

  test("may lack `return`, or throw in it: neither hides the limit's error", async () => {
    const next = (): Promise<never> => new Promise(() => {});
    const throwing = (): never => {
      throw new Error("cannot");
    };
    for (const iterator of [{ next }, { next, return: throwing }]) {
      const clock = fakeClock();
      const source = { [Symbol.asyncIterator]: () => iterator } as AsyncIterable<string>;
      const failure = readAll(idleTimeout(source, { gap: 100, clock })).catch((error: unknown) => error);
      await clock.advance(100);
      expect(await failure).toMatchObject(timedOut("first-content", 100));
    }
  });

  test("may lack `return` where its reader leaves early, too", async () => {
    const source = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: "a" }) }) };
    const chunks = idleTimeout(source as AsyncIterable<string>, { gap: 100, clock: fakeClock() })[
      Symbol.asyncIterator
    ]();
    await chunks.next();
    expect(await chunks.return?.()).toEqual({ done: true, value: undefined });
  });

  test("is told to end although it has a `controller` that cannot abort", async () => {
    const clock = fakeClock();
    const told = vi.fn<() => Promise<IteratorResult<string>>>();
    const iterator = { next: () => new Promise<never>(() => {}), return: told };
    const source = { controller: {}, [Symbol.asyncIterator]: () => iterator } as AsyncIterable<string>;
    const failure = readAll(idleTimeout(source, { gap: 100, clock })).catch((error: unknown) => error);
    await clock.advance(100);
    expect(await failure).toMatchObject(timedOut("first-content", 100));
    expect(told).toHaveBeenCalledOnce();
  });

  test("may answer without a promise, as `for await` allows", async () => {
    const results = [
      { done: false, value: "a" },
      { done: true, value: undefined },
    ];
    const source = { [Symbol.asyncIterator]: () => ({ next: () => results.shift() }) } as unknown;
    const chunks = idleTimeout(source as AsyncIterable<string>, { gap: 100, clock: fakeClock() });
    expect(await readAll(chunks)).toEqual(["a"]);
  });

  test("that throws in `next` fails with what it threw", async () => {
    const error = new Error("broken");
    const clock = fakeClock();
    const source: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next() {
          throw error;
        },
      }),
    };
    await expect(readAll(idleTimeout(source, { gap: 100, clock }))).rejects.toBe(error);
    expect(clock.pending).toBe(0);
  });

  test("that is an SDK's stream is aborted through its controller, with the limit's error", async () => {
    // As the streams of `openai` and `@anthropic-ai/sdk` are made: a generator around a body, and a controller beside it.
    const controller = new AbortController();
    async function* body(): AsyncGenerator<string> {
      yield "a";
      await new Promise((_resolve, reject) => {
        controller.signal.addEventListener("abort", () => reject(controller.signal.reason));
      });
    }
    const clock = fakeClock();
    const sdkStream = { controller, [Symbol.asyncIterator]: body };
    const failure = readAll(idleTimeout(sdkStream, { gap: 100, clock })).catch((error: unknown) => error);
    await clock.advance(100);
    expect(await failure).toMatchObject(timedOut("gap", 100));
    expect(controller.signal.reason).toBe(await failure);
  });

  test.each([
    ["stalls", { gap: 100 }],
    ["stays unread", { gap: 100, unread: 100 }],
  ])("that is a Node stream which %s is destroyed, and its error event is nobody's crash", async (_how, options) => {
    const clock = fakeClock();
    const source = new Readable({ read() {}, encoding: "utf8" });
    source.push("a");
    const chunks = idleTimeout<string>(source, { ...options, clock })[Symbol.asyncIterator]();
    expect(await outcome(chunks.next())).toBe("a");
    const waits = "unread" in options ? [] : [outcome(chunks.next())];
    await clock.advance(100);
    expect(source.destroyed).toBe(true);
    expect(source.errored).toBeInstanceOf(TimeoutError);
    expect(await (waits[0] ?? outcome(chunks.next()))).toBe(source.errored);
    await clock.advance(0);
  });
});

describe("an option out of range is refused at once:", () => {
  test.each([
    [{ gap: 0 }, RangeError, "Expected `gap` to be a number > 0, got 0"],
    [{ gap: undefined }, TypeError, "Expected `gap` to be a number > 0, got undefined"],
    [{ first: -1 }, RangeError, "Expected `first` to be a number > 0, got -1"],
    [{ total: NaN }, RangeError, "Expected `total` to be a number > 0, got NaN"],
    [{ unread: "60" }, TypeError, 'Expected `unread` to be a number > 0, got "60"'],
    [{ clock: null }, TypeError, "Expected `clock.after` to be a function, got undefined"],
    [{ clock: {} }, TypeError, "Expected `clock.after` to be a function, got undefined"],
    [{ isProgress: true }, TypeError, "Expected `isProgress` to be a function, got true"],
  ])("%s", (options, kind, message) => {
    const source = streamOf("a");
    const all = { gap: 100, ...options } as IdleTimeoutOptions;
    expect(() => idleTimeout(source, all)).toThrow(new kind(message));
    expect(source.locked).toBe(false);
    expect(() => idleTimeout(Readable.from(["a"]), all)).toThrow(new kind(message));
  });

  test.each([[null], [undefined], [{}], ["text"]])("a source that is %s", (source) => {
    expect(() => idleTimeout(source as never, { gap: 100 })).toThrow(TypeError);
    expect(() => idleTimeout(source as never, { gap: 100 })).toThrow(
      "Expected `source[Symbol.asyncIterator]` to be a function, got undefined",
    );
  });

  test("a stream that somebody else reads", () => {
    const clock = fakeClock();
    const source = streamOf("a");
    source.getReader();
    expect(() => idleTimeout(source, { gap: 100, total: 1_000, clock })).toThrow(TypeError);
    expect(clock.pending).toBe(0);
  });
});
