import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import { onAbort, ResilienceError, type ResilienceEvent } from "@evenkeel/core";
import { resilientFetch } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { HandClock, promisesSettled } from "./hand-clock.ts";
import { sequences } from "./sequences.ts";

const url = "https://api.openai.com/v1/chat/completions";
const content = 'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n';
const done = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const reported = 'data: {"error":{"message":"boom","code":"server_error"}}\n\n';
/** A stream, twice as often as each failure. */
const statuses = [200, 200, 500, 429, 401];
const permits = 1;

/** One request, whose every step a schedule decides. */
class Upstream {
  readonly signal: AbortSignal;
  readonly response: Promise<Response>;
  sent = "";
  state: "pending" | "open" | "over" = "pending";
  private settle!: { resolve(response: Response): void; reject(error: unknown): void };
  private controller!: ReadableStreamDefaultController<Uint8Array>;

  constructor(signal: AbortSignal, heedsSignal: boolean) {
    this.signal = signal;
    this.response = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
    if (heedsSignal) signal.addEventListener("abort", () => this.fail(signal.reason));
  }

  answer(status: number): void {
    if (this.state !== "pending") return;
    this.state = "open";
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.controller = controller),
      cancel: () => void (this.state = "over"),
    });
    this.settle.resolve(new Response(body, { status, headers: { "content-type": "text/event-stream" } }));
  }

  send(text: string): void {
    if (this.state !== "open") return;
    this.sent += text;
    this.controller.enqueue(new TextEncoder().encode(text));
  }

  end(): void {
    if (this.state === "open") this.controller.close();
    if (this.state === "open") this.state = "over";
  }

  fail(error: unknown): void {
    if (this.state === "pending") this.settle.reject(error);
    if (this.state === "open") this.controller.error(error);
    this.state = "over";
  }
}

const use = ["read", "read twice", "text", "cancel", "break", "clone"] as const;

/** A caller, and what it does with its response. */
class Caller {
  readonly controller = new AbortController();
  readonly upstreams: Upstream[] = [];
  readonly errors: unknown[] = [];
  /** How many promises have not settled: that of the call, and those of operations on its body. */
  waitsFor = 0;
  response: Response | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #text = "";
  #hasLeft = false;

  wait<T>(promise: Promise<T>, then: (value: T) => void): void {
    this.waitsFor++;
    const failed = (error: unknown): void => void this.errors.push(error);
    void promise
      .then(then)
      .catch(failed)
      .then(() => this.waitsFor--);
  }

  use(how: (typeof use)[number]): void {
    const { response } = this;
    if (how === "cancel") return this.leave();
    const isTaken = response?.bodyUsed || response?.body?.locked;
    if (!response?.body || (isTaken && !this.#reader) || this.#hasLeft) return;
    if (how.startsWith("read")) {
      this.#reader ??= response.body.getReader();
      for (const _ of how.split(" ")) this.wait(this.#reader.read(), this.#take);
    } else if (!this.#reader && how === "break") this.wait(this.#readOne(response.body), () => {});
    else if (!this.#reader) {
      if (how === "clone") this.wait(response.clone().text(), this.#takeAll);
      this.wait(response.text(), this.#takeAll);
    }
  }

  leave(): void {
    const { response } = this;
    if (!response?.body || (response.body.locked && !this.#reader)) return this.controller.abort(new Error("left"));
    this.#hasLeft = true;
    (this.#reader ?? response.body).cancel("left").catch(() => {}); // as of any stream that has broken
  }

  async #readOne(body: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of body) {
      this.#hasLeft = true;
      return this.#take({ done: false, value: chunk });
    }
  }

  readonly #take = ({ done, value }: ReadableStreamReadResult<Uint8Array>): void => {
    if (!done) this.#text += new TextDecoder().decode(value);
    else if (!this.#hasLeft) this.#takeAll(this.#text);
    assert.ok(!this.response?.ok || this.#sent.startsWith(this.#text), "nothing is lost, repeated or changed");
  };

  readonly #takeAll = (text: string): void => {
    if (!this.response?.ok || this.#sent === "") return;
    assert.ok(this.#sent.startsWith(text) && text.includes(done), "no part of an answer passes for the whole");
  };

  get #sent(): string {
    return this.upstreams.at(-1)!.sent;
  }
}

const which = fc.nat(2);
const turns = fc.oneof(fc.constant(0), fc.nat(25), fc.constant(Infinity));
const step = fc.record({
  act: fc.oneof(
    { weight: 2, arbitrary: fc.record({ do: fc.constant("start" as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("abort" as const), which }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("fire" as const) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("use" as const), which, how: fc.constantFrom(...use) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("answer" as const),
        status: fc.constantFrom(...statuses),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("send" as const),
        text: fc.constantFrom(content, content, done, reported, ": ping\n\n"),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("end" as const, "fail" as const) }) },
  ),
  /** How many turns of the microtask queue until the next step. */
  turns,
});
const terms = fc.record({
  heedsSignal: fc.boolean(),
  retries: fc.nat(1),
  headers: fc.constantFrom(undefined, 40),
  peek: fc.constantFrom(undefined, 0),
  failures: fc.constantFrom(1, 100),
  /** What the listener does at the event of this number, to all callers. */
  reaction: fc.constantFrom("none" as const, "none" as const, "abort" as const, "leave" as const),
  reactsAt: fc.nat(6),
});

test("however the steps of a fetch interleave, each call ends once, for the right reason, and leaves nothing behind", async () => {
  const property = fc.asyncProperty(terms, fc.array(step, { maxLength: 20, size: "max" }), async (given, steps) => {
    const clock = new HandClock();
    const callers: Caller[] = [];
    const upstreams: Upstream[] = [];
    const events: ResilienceEvent[] = [];
    const causes = new Set<unknown>();
    const limit = semaphore({ permits, clock });
    const breaker = circuitBreaker({ trip: consecutive(given.failures), openFor: 40, clock, random: () => 0 });
    const firstContent = 50;
    const fetch = resilientFetch({
      fetch(_url, init) {
        const caller = callers[Number(new Headers(init!.headers).get("caller"))]!;
        assert.ok(!caller.controller.signal.aborted, "nothing is sent for a caller that has aborted");
        const upstream = new Upstream(init!.signal!, given.heedsSignal);
        caller.upstreams.push(upstream);
        upstreams.push(upstream);
        const running = upstreams.filter(({ state }) => state !== "over");
        assert.ok(running.length <= permits || !given.heedsSignal, "no more at once than there are permits");
        return upstream.response;
      },
      clock,
      breaker,
      rateLimit: limit,
      retry: retry({ retries: given.retries, backoff: constant(10), clock, random: () => 0 }),
      // An answer that ignores its signal stays open if it comes in the microtask before its caller aborts.
      profile: {
        connect: 1,
        headers: given.heedsSignal ? given.headers : undefined,
        firstContent,
        gap: 30,
        total: 200,
      },
      peek: given.peek,
      key: () => "key",
      emit(event) {
        if (events.push(event) - 1 !== given.reactsAt || given.reaction === "none") return;
        for (const caller of callers) {
          if (given.reaction === "abort") caller.controller.abort(null);
          else caller.leave();
        }
      },
    });

    async function play({ act, turns }: { act: (typeof steps)[number]["act"]; turns: number }): Promise<void> {
      const of = (state: Upstream["state"]): Upstream | undefined => upstreams.find((each) => each.state === state);
      if (act.do === "start" && callers.length < 3) {
        const caller = new Caller();
        const headers = { caller: String(callers.push(caller) - 1) };
        const { signal } = caller.controller;
        caller.wait(fetch(url, { method: "POST", headers, body: "{}", signal }), (it) => (caller.response = it));
      } else if (act.do === "abort") callers[act.which]?.controller.abort(null);
      else if (act.do === "use") callers[act.which]?.use(act.how);
      else if (act.do === "answer") of("pending")?.answer(act.status);
      else if (act.do === "send") of("open")?.send(act.text);
      else if (act.do === "end") of("open")?.end();
      else if (act.do === "fail") {
        const error = new TypeError("terminated");
        causes.add(error);
        (of("open") ?? of("pending"))?.fail(error);
      } else if (act.do === "fire") await fire();
      if (turns === Infinity) await promisesSettled();
      else for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    }

    async function fire(): Promise<void> {
      await promisesSettled(); // as they do before any timer
      const [first] = clock.armed;
      if (first) clock.move(Math.max(0, first.at - clock.now()));
      clock.fire();
    }

    for (const each of [{ act: { do: "start" as const }, turns: Infinity }, ...steps]) await play(each);

    // Once the callers have given up all that they hold, nothing is left. No time has to pass for that.
    await promisesSettled();
    for (const caller of callers) {
      if (caller.waitsFor > 0 || caller.response?.body?.locked) caller.controller.abort(null);
      caller.leave();
    }
    await promisesSettled();
    for (const each of upstreams) each.answer(200); // those that ignore their signal
    await promisesSettled();
    assert.ok(
      upstreams.every(({ state }) => state === "over"),
      "no body is left open",
    );
    assert.deepEqual([limit.active("key"), limit.waiting("key")], [0, 0]);
    // But a stream that has failed may give its reader a second to get what came before.
    const late = callers.filter(({ waitsFor }) => waitsFor > 0);
    assert.equal(clock.armed.length, late.length, "no other timer is left");
    clock.move(1_000);
    while (clock.fire());
    await promisesSettled();
    onAbort(new AbortController().signal, () => {})(); // takes the place of the one listener that is kept
    for (const { controller, waitsFor, errors, response } of callers) {
      assert.equal(waitsFor, 0, "everyone is told");
      assert.ok(response || getEventListeners(controller.signal, "abort").length === 0, "nobody listens");
      const { aborted, reason } = controller.signal;
      for (const error of errors)
        assert.ok(
          (aborted && error === reason) || error instanceof ResilienceError || causes.has(error),
          String(error),
        );
    }
    const attempts = events.filter(({ type }) => type === "attempt");
    assert.equal(attempts.length, upstreams.length, "each request is reported once");
    const bodies = events.filter(({ type }) => type === "body");
    const isFirst = ({ call, attempt }: ResilienceEvent, i: number): boolean =>
      bodies.findIndex((each) => each.call === call && each.attempt === attempt) === i;
    assert.ok(bodies.every(isFirst), "each body is reported once");
  });
  await expect(fc.assert(property, sequences())).resolves.toBeUndefined();
}, 600_000);
