import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { faultMix, seededRandom } from "../../src/index.ts";
import { faultProxy, type FaultProxy, type FaultProxyOptions, type TcpFault } from "../../src/proxy/index.ts";
import { nextUnhandledRejection } from "../next-unhandled-rejection.ts";

/** A target that answers each chunk with ten bytes, and remembers its sockets. */
const targets = new Set<Socket>();
const target = createServer({ allowHalfOpen: false }, (socket) => {
  targets.add(socket);
  socket.on("close", () => targets.delete(socket));
  socket.on("error", () => {});
  socket.on("data", () => socket.write("0123456789"));
});
let proxy: FaultProxy;

beforeEach(() => new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve)));
afterEach(async () => {
  await proxy.close();
  await vi.waitUntil(() => targets.size === 0);
  await new Promise((resolve) => target.close(resolve));
});

async function start(faults?: FaultProxyOptions["faults"]): Promise<void> {
  proxy = await faultProxy({ target: { port: (target.address() as AddressInfo).port }, faults });
}

interface Client {
  readonly socket: Socket;
  readonly received: () => string;
  /** What the client heard last: an error's code, `end` for a FIN, or `open`. */
  readonly fate: () => string;
}

async function ask(bytes = "question"): Promise<Client> {
  const socket = connect(proxy.port, "127.0.0.1");
  let received = "";
  let fate = "open";
  socket.on("data", (chunk) => (received += chunk.toString()));
  socket.on("end", () => (fate = "end"));
  socket.on("error", (error: NodeJS.ErrnoException) => (fate = error.code ?? error.message));
  socket.on("connect", () => socket.write(bytes));
  return { socket, received: () => received, fate: () => fate };
}

const once =
  (fault: TcpFault): FaultProxyOptions["faults"] =>
  ({ index }) =>
    index === 0 ? fault : undefined;

test("without faults, bytes pass both ways and a client's end reaches the target", async () => {
  await start();
  const client = await ask();
  await vi.waitFor(() => expect(client.received()).toBe("0123456789"));
  expect(proxy.counts).toMatchObject({ accepted: 1, open: 1, up: 8, down: 10 });
  client.socket.end();
  await vi.waitFor(() => expect(targets.size).toBe(0));
  await vi.waitFor(() => expect(proxy.counts.open).toBe(0));
});

test("refuse: the connection is reset before the target hears of it", async () => {
  await start(once({ kind: "refuse" }));
  const client = await ask();
  await vi.waitFor(() => expect(client.fate()).toMatch(/ECONNRESET|EPIPE/));
  expect(proxy.counts).toMatchObject({ up: 0, down: 0, faults: { refuse: 1 } });
  const second = await ask();
  await vi.waitFor(() => expect(second.received()).toBe("0123456789"));
});

test("a proxy that refuses is a closed port until it accepts again, on the same port", async () => {
  await start();
  const open = await ask();
  await vi.waitFor(() => expect(open.received()).toBe("0123456789"));
  proxy.refuse();
  proxy.refuse();
  const refused = await ask();
  await vi.waitFor(() => expect(refused.fate()).toBe("ECONNREFUSED"));
  open.socket.write("more");
  await vi.waitFor(() => expect(open.received()).toHaveLength(20));
  await proxy.accept();
  await proxy.accept();
  const again = await ask();
  await vi.waitFor(() => expect(again.received()).toBe("0123456789"));
});

test("a proxy that is told to refuse while its port is opening refuses", async () => {
  await start();
  proxy.refuse();
  const accepted = proxy.accept();
  proxy.refuse();
  await accepted;
  const refused = await ask();
  await vi.waitFor(() => expect(refused.fate()).toBe("ECONNREFUSED"));
  await proxy.accept();
  const again = await ask();
  await vi.waitFor(() => expect(again.received()).toBe("0123456789"));
});

test("a proxy whose port was taken meanwhile waits for it, and not beyond its own end", async () => {
  await start();
  const taken = async (): Promise<Server> => {
    proxy.refuse();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(proxy.port, "127.0.0.1", resolve));
    return other;
  };
  const other = await taken();
  const accepted = proxy.accept();
  setTimeout(() => other.close(), 30);
  await accepted;
  const client = await ask();
  await vi.waitFor(() => expect(client.received()).toBe("0123456789"));

  const another = await taken();
  const inVain = proxy.accept();
  await proxy.close();
  await inVain;
  another.close();
  const late = await ask();
  await vi.waitFor(() => expect(late.fate()).toBe("ECONNREFUSED"));
});

test.each([
  [0, ""],
  [4, "0123"],
  [10, "0123456789"],
])("reset after %d bytes of the answer: the client gets those, and then a reset", async (after, received) => {
  await start(once({ kind: "reset", after }));
  const client = await ask();
  await vi.waitFor(() => expect(client.fate()).toBe("ECONNRESET"));
  expect(client.received()).toBe(received);
  expect(proxy.counts).toMatchObject({ up: 8, down: after, faults: { reset: 1 } });
  await vi.waitFor(() => expect(targets.size).toBe(0));
});

test("reset after some bytes of the request: the target gets no more than those", async () => {
  await start(once({ kind: "reset", after: 3, direction: "up" }));
  const client = await ask();
  await vi.waitFor(() => expect(client.fate()).toBe("ECONNRESET"));
  expect(proxy.counts.up).toBe(3);
});

test("a fault that was never due is not counted", async () => {
  await start(once({ kind: "reset", after: 1_000 }));
  const client = await ask();
  await vi.waitFor(() => expect(client.received()).toBe("0123456789"));
  client.socket.end();
  await vi.waitFor(() => expect(client.fate()).toBe("end"));
  expect(proxy.counts.faults.reset).toBe(0);
});

test("end: a clean FIN after some bytes", async () => {
  await start(once({ kind: "end", after: 6 }));
  const client = await ask();
  await vi.waitFor(() => expect(client.fate()).toBe("end"));
  expect(client.received()).toBe("012345");
  expect(proxy.counts.faults.end).toBe(1);
});

test.each(["up", "down"] as const)(
  "stall %s: nothing more passes, and a client that leaves is let go",
  async (direction) => {
    await start(once({ kind: "stall", after: 2, direction }));
    const client = await ask();
    await vi.waitFor(() => expect(proxy.counts.faults.stall).toBe(1));
    client.socket.write("more");
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(client.fate()).toBe("open");
    expect(proxy.counts[direction]).toBe(2);
    client.socket.destroy();
    await vi.waitFor(() => expect(proxy.counts.open).toBe(0));
    await vi.waitFor(() => expect(targets.size).toBe(0));
  },
);

test("end: a client that talks on, and then leaves, is let go", async () => {
  await start(once({ kind: "end", after: 6 }));
  const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  socket.on("connect", () => socket.write("question"));
  await new Promise((resolve) => socket.on("end", resolve).resume());
  for (let index = 0; index < 10; index++) {
    await new Promise((resolve) => socket.write("x".repeat(100_000), resolve));
  }
  socket.destroy();
  await vi.waitFor(() => expect(proxy.counts.open).toBe(0));
});

test.each<TcpFault>([
  { kind: "latency", ms: Infinity },
  { kind: "drip", bytes: 4, every: 2 ** 31 },
])("%o lasts longer than timers do", async (fault) => {
  await start(once(fault));
  const client = await ask();
  await vi.waitFor(() => expect(proxy.counts.faults[fault.kind]).toBe(1));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(client.received()).toBe(fault.kind === "drip" ? "0123" : "");
  expect(client.fate()).toBe("open");
});

test.each<TcpFault>([
  { kind: "latency", ms: 1 },
  { kind: "drip", bytes: 1, every: 1 },
])("%o is not counted where no answer came", async (fault) => {
  await start(once(fault));
  const client = await ask("");
  await vi.waitFor(() => expect(targets.size).toBe(1));
  client.socket.end();
  await vi.waitFor(() => expect(proxy.counts.open).toBe(0));
  expect(proxy.counts.faults[fault.kind]).toBe(0);
});

test("latency holds the first byte of the answer back", async () => {
  await start(once({ kind: "latency", ms: 60 }));
  const began = performance.now();
  const client = await ask();
  await vi.waitFor(() => expect(client.received()).toBe("0123456789"), { interval: 2 });
  expect(performance.now() - began).toBeGreaterThanOrEqual(58);
  expect(proxy.counts.faults.latency).toBe(1);
});

test("drip lets the answer through piece by piece, to its end although the target has gone", async () => {
  await start(once({ kind: "drip", bytes: 3, every: 40 }));
  const client = await ask();
  const pieces: number[] = [];
  client.socket.on("data", (chunk) => pieces.push(chunk.length));
  await vi.waitFor(() => expect(proxy.counts.down).toBe(3), { interval: 1 });
  for (const socket of targets) socket.end();
  await vi.waitFor(() => expect(client.fate()).toBe("end"));
  expect(client.received()).toBe("0123456789");
  expect(pieces).toEqual([3, 3, 3, 1]);
});

test("a target's reset is the client's", async () => {
  await start();
  const client = await ask();
  await vi.waitFor(() => expect(client.received()).toBe("0123456789"));
  for (const socket of targets) socket.resetAndDestroy();
  await vi.waitFor(() => expect(client.fate()).toBe("ECONNRESET"));
});

test("refuse: a client that has just ended its side is let go, too", async () => {
  await start(async ({ head }) => {
    await head();
    return { kind: "refuse" };
  });
  connect(proxy.port, "127.0.0.1").end();
  await vi.waitFor(() => expect(proxy.counts).toMatchObject({ open: 0, faults: { refuse: 1 } }));
});

test("a target that is not there resets the client", async () => {
  proxy = await faultProxy({ target: { port: 1 } });
  const client = await ask();
  await vi.waitFor(() => expect(client.fate()).toBe("ECONNRESET"));
});

test("the fault may depend on the first bytes, which still reach the target", async () => {
  await start(async ({ head }) => ((await head()).startsWith("bad") ? { kind: "refuse" } : undefined));
  const [good, bad] = [await ask("good"), await ask("bad")];
  await vi.waitFor(() => expect(good.received()).toBe("0123456789"));
  await vi.waitFor(() => expect(bad.fate()).toMatch(/ECONNRESET|EPIPE/));
  expect(proxy.counts.up).toBe(4);
});

test("a client that leaves without a word has an empty head", async () => {
  const heads: string[] = [];
  await start(async ({ head }) => {
    heads.push(await head());
    return undefined;
  });
  connect(proxy.port, "127.0.0.1").end();
  await vi.waitFor(() => expect(heads).toEqual([""]));
  await vi.waitFor(() => expect(proxy.counts.open).toBe(0));
});

test("a seeded mix does the same in every run", async () => {
  const fates = async (): Promise<string[]> => {
    await start(faultMix({ rate: 0.5, faults: [{ kind: "refuse" }], random: seededRandom(3) }));
    const seen: string[] = [];
    for (let index = 0; index < 12; index++) {
      const client = await ask();
      await vi.waitFor(() => expect(client.received() || client.fate()).not.toBe("open"), { interval: 1 });
      seen.push(client.received() ? "served" : "refused");
    }
    await proxy.close();
    return seen;
  };
  const first = await fates();
  expect(new Set(first)).toEqual(new Set(["served", "refused"]));
  expect(await fates()).toEqual(first);
});

test("close leaves nothing open, and may be called twice", async () => {
  await start(once({ kind: "stall" }));
  const clients = [await ask(), await ask()];
  await vi.waitFor(() => expect(targets.size).toBe(2));
  await proxy.close();
  await proxy.close();
  expect(proxy.counts.open).toBe(0);
  await vi.waitFor(() => expect(clients.map((client) => client.socket.closed)).toEqual([true, true]));
  const late = await ask();
  await vi.waitFor(() => expect(late.fate()).toBe("ECONNREFUSED"));
});

test("closes where the test has faked every timer", async () => {
  await start();
  const client = await ask();
  await vi.waitFor(() => expect(client.received()).toBe("0123456789"));
  vi.useFakeTimers();
  try {
    await proxy.close();
  } finally {
    vi.useRealTimers();
  }
});

test("closes at the end of its scope", async () => {
  await start();
  let port: number;
  {
    await using scoped = await faultProxy({ target: { port: proxy.port } });
    port = scoped.port;
  }
  const late = connect(port, "127.0.0.1");
  await expect(new Promise((_, reject) => late.on("error", reject))).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("refuses a fault with a direction that is none", async () => {
  const loud = nextUnhandledRejection();
  await start(once({ kind: "end", direction: "left" as never }));
  const client = await ask();
  expect(await loud).toEqual(new TypeError('Expected `direction` to be "up" or "down", got "left"'));
  await vi.waitFor(() => expect(client.fate()).toBe("ECONNRESET"));
});

test("refuses a target that is none", async () => {
  await start();
  await expect(faultProxy({ target: { port: 70_000 } })).rejects.toThrow(
    "Expected `target.port` to be an integer >= 1 and <= 65535, got 70000",
  );
  await expect(faultProxy({ port: 8_080 } as never)).rejects.toThrow(
    "Expected `target.port` to be an integer >= 1 and <= 65535, got undefined",
  );
});
