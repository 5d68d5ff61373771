/** The packed packages do the same in every runtime, over its own fetch, streams, signals and timers. */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { installApp, type App } from "./app.ts";
import { outside, type Outside } from "./outside.ts";
import { runtimes, type Outcomes } from "./runtimes.ts";
import type { Runtime } from "./suite/case.ts";
import { cases } from "./suite/suite.ts";

let app: App;
let world: Outside;

beforeAll(async () => {
  app = await installApp(inject("tarballs"));
  world = await outside();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(app, { recursive: true });
});

describe.each(Object.keys(runtimes) as Runtime[])("%s", (runtime) => {
  // A runtime that is not there fails each of its tests: it cannot be overlooked.
  let running: Promise<Outcomes> | undefined;
  const outcomes = (): Promise<Outcomes> => (running ??= runtimes[runtime](app, world.world));

  it.each(Object.entries(cases))("%s", async (name, { expected, except }) => {
    const hasOwn = except !== undefined && Object.hasOwn(except, runtime);
    expect((await outcomes())[name]).toEqual(hasOwn ? except[runtime] : expected);
  });
});
