/** In a Worker a layer outlives the requests that it serves, while timers and promises belong to the request that made them. */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { installApp, writeModule, type App } from "./app.ts";
import { outside, type Outside } from "./outside.ts";
import { serving } from "./runtimes.ts";
import { wait } from "./suite/case.ts";

let app: App;
let world: Outside;

beforeAll(async () => {
  app = await installApp(inject("tarballs"));
  await writeModule(app, "worker.mjs", "worker.ts");
  world = await outside();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(app, { recursive: true });
});

type Ask = (signal?: AbortSignal) => Promise<unknown>;

/** Serves the Worker anew, and lets `act` make requests of it. */
async function play(path: string, act: (ask: Ask) => Promise<unknown>): Promise<unknown> {
  return serving(app, "2026-11-01", (origin) =>
    act(async (signal = AbortSignal.timeout(5_000)) => {
      const response = await fetch(`${origin}${path}`, { signal, headers: { server: world.world.server } });
      return response.ok ? response.json() : response.status;
    }),
  );
}

describe("requests that share a limiter", () => {
  it.each(["/bucket", "/permit", "/fetch"])("wait for each other: %s", async (path) => {
    const answers = await play(path, (ask) => Promise.all([ask(), ask(), ask(), ask()]));
    expect(answers).toEqual(["done", "done", "done", "done"]);
  });

  it.each(["/bucket", "/fetch"])("do not wait for ever behind one whose client has gone: %s", async (path) => {
    const answers = await play(path, async (ask) => {
      await ask();
      const client = new AbortController();
      const gone = ask(client.signal).catch(() => "gone");
      await wait(50);
      const behind = ask();
      await wait(50);
      client.abort();
      return [await gone, await behind, await ask()];
    });
    expect(answers).toEqual(["gone", "done", "done"]);
  });
});
