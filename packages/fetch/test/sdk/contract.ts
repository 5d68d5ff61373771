/** What every SDK can rely on when it is given this fetch: the same tests for each, over real sockets. */
import { circuitBreaker } from "@evenkeel/circuit-breaker";
import { classify } from "@evenkeel/classify";
import { StreamError } from "@evenkeel/fetch";
import { cut, httpFaults, openaiError, stall, withHeader, type HttpFault } from "@evenkeel/testkit/server";
import { TimeoutError } from "@evenkeel/timeout";
import { describe, expect, it, vi } from "vitest";
import { contextOf, type Context, type ContextOptions } from "./context.ts";
import { outcomeOf, outcomeOfStream, thrownAs, thrownAsKindOf, type Outcome } from "./outcome.ts";
import { before, first, middle, provider, recorded, type Faults } from "./provider.ts";
import type { Client, ErrorClass, Sdk } from "./sdk.ts";

/** These tell of a connection, or of how a body is sent, and not of the request. */
const ofTheConnection = ["connection", "content-length", "transfer-encoding", "host"];

/** Declares the tests. */
export function contract<Chunk>(sdk: Sdk<Chunk>): void {
  const start = provider();
  const { failure = openaiError, broken = StreamError, left = "cancelled", timeout = "aborts", costs } = sdk;
  const unequal = new Set([...ofTheConnection, ...(sdk.volatile ?? [])]);

  async function setUp(faults?: Faults, options?: ContextOptions): Promise<Context<Chunk>> {
    return contextOf(sdk, await start(faults), options);
  }

  /** The two kinds of calls. */
  const plain = (client: Client<Chunk>): Promise<Outcome> => outcomeOf(client.ask());
  const stream = (client: Client<Chunk>): Promise<Outcome> => outcomeOfStream(sdk, client.stream());
  const kinds = [
    ["an answer", plain],
    ["a stream", stream],
  ] as const;

  function failing(status: number): HttpFault {
    const reply = withHeader(withHeader(failure(status), "x-request-id", "req_1"), "retry-after-ms", "1");
    return () => reply;
  }

  /** Waits until neither a permit is held nor an exchange goes on. */
  async function closed({ open }: Context<Chunk>): Promise<void> {
    await vi.waitFor(() => expect(open()).toEqual([0, 0]), { timeout: 10_000 });
  }

  describe.concurrent("what the provider says", () => {
    it.each([
      ["plainly", async (client: Client<Chunk>) => [await client.ask()]],
      ["in a stream", async (client: Client<Chunk>) => collect(await client.stream())],
    ] as const)("%s passes byte for byte", async (_how, read) => {
      const answer = recorded();
      await using context = await setUp(() => answer.fault, { bodies: true });
      expect(await read(context.client)).toEqual(await read(context.alone));
      const [response] = context.tap.responses;
      expect(await response!.body()).toEqual(await answer.bytes());
      expect(response).toMatchObject({ status: 200, headers: await answer.headers() });
      await closed(context);
    });

    it.each(kinds)("as %s was asked as the SDK asks", async (_kind, call) => {
      await using context = await setUp();
      expect([await call(context.client), await call(context.alone)]).toEqual(["the whole answer", "the whole answer"]);
      const [withUs, withoutUs] = context.server.requests.map(({ method, path, headers, body }) => {
        const said = Object.entries(headers).filter(([name]) => !unequal.has(name));
        return { method, path, body, headers: Object.fromEntries(said) };
      });
      expect(withUs).toEqual(withoutUs);
    });
  });

  describe.concurrent("a failure that may pass", () => {
    const passing: Record<string, HttpFault> = {
      "a 503": failing(503),
      "a 429": failing(429),
      "a reset": httpFaults.resetBeforeHeaders,
      silence: httpFaults.stallBeforeHeaders,
    };
    const inStreams: Record<string, HttpFault> = {
      ...passing,
      "silence before the first word": before(first, [stall]),
      "an error before the first word": before(first, [sdk.errorEvent]),
      "an end before the first word": before(first, []),
    };
    it.each([
      ...Object.entries(passing).map(([name, fault]) => [name, "an answer", plain, fault] as const),
      ...Object.entries(inStreams).map(([name, fault]) => [name, "a stream", stream, fault] as const),
    ])("is retried: %s in place of %s", async (_name, _kind, call, fault) => {
      await using context = await setUp(({ index }) => (index === 0 ? fault : undefined), {
        firstContent: 500,
        attemptLimit: (limit, attempt) => limit * (attempt === 1 ? 1 : 40),
      });
      expect(await call(context.client)).toBe("the whole answer");
      expect(context.server.requests).toHaveLength(2);
      await closed(context);
    });
  });

  describe.concurrent("a failure", () => {
    const requests = { 400: 1, 401: 1, 404: 1, 429: 2, 503: 2 };
    const cells = Object.entries(requests).flatMap(([status, count]) =>
      kinds.map(([kind, call]) => [Number(status), kind, call, count] as const),
    );
    it.each(cells)("of status %d in the place of %s is the SDK's own error", async (status, _kind, call, count) => {
      await using context = await setUp(() => failing(status));
      const failed = await call(context.client);
      expect(context.server.requests).toHaveLength(count);
      expect(context.tap.responses.at(-1)!.headers).toMatchObject({ "x-request-id": "req_1", "retry-after-ms": "1" });
      expect(failed).toMatchObject(thrownAsKindOf(sdk.error) as object);
      expect(failed).toEqual(await call(context.alone));
      await closed(context);
    });

    it.each(kinds)("of the network in the place of %s is what it is without us", async (_kind, call) => {
      await using context = await setUp(() => httpFaults.resetBeforeHeaders);
      expect(await call(context.client)).toEqual(await call(context.alone));
      expect(context.server.requests).toHaveLength(3);
      await closed(context);
    });
  });

  describe.concurrent("the SDK's own retry", () => {
    const { failures = Infinity } = costs;
    it.each([
      ["a provider that is unavailable", failing(503), costs.unavailable],
      ["a connection that is reset", httpFaults.resetBeforeHeaders, costs.unreachable],
    ])("meets %s", async (_name, fault, count) => {
      await using context = await setUp(({ index }) => (index < failures ? fault : undefined), { retries: 1 });
      await plain(context.client);
      expect(context.server.requests).toHaveLength(count);
    });

    it("meets an open circuit", async () => {
      const breaker = circuitBreaker();
      await using context = await setUp(undefined, { retries: 1, breaker });
      breaker.isolate(context.server.url);
      expect(await plain(context.client)).toMatchObject(thrownAs(sdk.refusal) as object);
      expect(context.tap.calls).toBe(costs.refused);
      expect(context.server.requests).toHaveLength(0);
    });

    it("is told by classify that a layer refused", async () => {
      const breaker = circuitBreaker();
      await using context = await setUp(undefined, { retries: 0, breaker });
      breaker.isolate(context.server.url);
      const thrown: unknown = await Promise.resolve(context.client.ask()).catch((error: unknown) => error);
      expect(classify(thrown)).toMatchObject({
        action: "elsewhere",
        kind: "refused",
        processed: "no",
        health: "neutral",
      });
    });
  });

  describe.concurrent("a stream that has begun", () => {
    it.each<[string, HttpFault, ErrorClass | string]>([
      ["stalls", before(middle, [stall]), TimeoutError],
      ["ends too early", before(middle, []), broken],
      ["breaks off", before(middle, [cut]), broken],
      ["tells of an error", before(middle, [sdk.errorEvent]), sdk.reported],
    ])("does not end silently if it %s", async (_name, fault, thrown) => {
      await using context = await setUp(() => fault, { gap: 1_000 });
      expect(await stream(context.client)).toMatchObject(thrownAs(thrown) as object);
      expect(context.server.requests).toHaveLength(1);
      await closed(context);
    });

    it("frees its permit when the user leaves the loop", async () => {
      const limits = { cancelled: {}, unread: { unreadTimeout: 300 }, "read on": { gap: 1_000 } };
      await using context = await setUp(() => before(middle, [stall]), limits[left]);
      for await (const chunk of await context.client.stream()) if (sdk.textOf(chunk)) break;
      const leftAt = performance.now();
      await closed(context);
      expect(performance.now() - leftAt).toBeGreaterThan(left === "cancelled" ? 0 : 200);
    });
  });

  describe.concurrent("the user's abort", () => {
    const waits = sdk.canAbortWait === false ? [] : ["an answer"];
    it.each(waits)("ends the wait for %s as without us", async () => {
      await using context = await setUp(() => httpFaults.stallBeforeHeaders);
      const user = new AbortController();
      const [withUs, withoutUs] = [context.client, context.alone].map((client) => outcomeOf(client.ask(user.signal)));
      await vi.waitFor(() => expect(context.server.requests).toHaveLength(2));
      user.abort(new Error("The user has left"));
      expect(await withUs).toEqual(await withoutUs);
      await closed(context);
    });

    it("ends a stream as without us", async () => {
      await using context = await setUp(() => before(middle, [stall]));
      const [withUs, withoutUs] = [context.client, context.alone].map((client) => {
        const user = new AbortController();
        const leave = (): void => user.abort(new Error("The user has read enough"));
        return outcomeOfStream(sdk, client.stream(user.signal), leave);
      });
      expect(await withUs).toEqual(await withoutUs);
      await closed(context);
    });
  });

  if (timeout === "none") return;
  describe.concurrent("the SDK's own time limit", () => {
    it.each(kinds)("ends the wait for %s as without us", async (_kind, call) => {
      await using context = await setUp(() => httpFaults.stallBeforeHeaders, { timeout: 200, firstContent: 1_500 });
      const failed = await call(context.client);
      expect(failed).toHaveProperty("class");
      expect(failed).toEqual(await call(context.alone));
      await vi.waitFor(() => expect(context.open()[0]).toBe(0), { timeout: 10_000 });
      expect(context.server.requests).toHaveLength(timeout === "aborts" ? 2 : 3);
    });
  });
}

async function collect<Chunk>(stream: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
