/** Starts each runtime, and collects the results of the suite. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { json } from "node:stream/consumers";
import { promisify } from "node:util";
import { writeBundle, writeProgram, type App } from "./app.ts";
import { chromium } from "./chromium.ts";
import type { Runtime, World } from "./suite/case.ts";

/** The result of each case. */
export type Outcomes = Readonly<Record<string, unknown>>;

/** How long a runtime may take for the whole suite, in milliseconds. */
const limit = 90_000;

const binaries = join(import.meta.dirname, "node_modules");

export const runtimes: Readonly<Record<Runtime, (app: App, world: World) => Promise<Outcomes>>> = {
  node22: program("node22/bin/node"),
  node24: program("node24/bin/node"),
  node26: program("node26/bin/node"),
  bun: program(".bin/bun", "run"),
  deno: program(".bin/deno", "run", "--no-remote", "--node-modules-dir=manual", "--allow-net", "--allow-read"),
  workerd: inWorkerd("2026-11-01"),
  // The compatibility date of a Worker: before May 2025 there is neither `WeakRef` nor `FinalizationRegistry`.
  workerd2024: inWorkerd("2024-01-01"),
  chromium: inChromium,
};

/** A runtime that runs files prints the results, and then has to exit by itself: nothing may keep it alive. */
function program(binary: string, ...args: string[]): (app: App, world: World) => Promise<Outcomes> {
  return async (app, world) => {
    const main = await writeProgram(app, world);
    const { stdout } = await promisify(execFile)(join(binaries, binary), [...args, main], { cwd: app, timeout: limit });
    return JSON.parse(stdout) as Outcomes;
  };
}

function inWorkerd(date: string): (app: App, world: World) => Promise<Outcomes> {
  return async (app, world) => {
    const answer = `Response.json(await suite(${JSON.stringify(world)}))`;
    await writeBundle(app, "worker.mjs", `export default { async fetch() { return ${answer}; } };`);
    return serving(app, date, async (origin) => (await (await fetch(origin)).json()) as Outcomes);
  };
}

/** Serves `worker.mjs` until the work with it is done. */
export async function serving<T>(app: App, date: string, work: (origin: string) => Promise<T>): Promise<T> {
  writeFileSync(
    join(app, "workerd.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "worker", worker = (modules = [(name = "worker.mjs", esModule = embed "worker.mjs")], compatibilityDate = "${date}")),
        (name = "internet", network = (allow = ["public", "private", "local"])),
      ],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")]
    );`,
  );
  const worker = spawn(join(binaries, ".bin/workerd"), ["serve", "workerd.capnp", "--control-fd=1"], {
    cwd: app,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return ending(worker, async () => {
    const [line] = (await once(createInterface(worker.stdout), "line")) as [string];
    const { port } = JSON.parse(line) as { port: number };
    return work(`http://127.0.0.1:${port}`);
  });
}

async function inChromium(app: App, world: World): Promise<Outcomes> {
  const binary = chromium();
  if (!binary) throw new Error("There is no Chromium: install it, or name its path in CHROMIUM");
  const send = `fetch("/outcomes", { method: "POST", body: JSON.stringify(await suite(${JSON.stringify(world)})) });`;
  const script = await writeBundle(app, "page.mjs", send);
  let report!: (outcomes: Outcomes) => void;
  const outcomes = new Promise<Outcomes>((resolve) => (report = resolve));
  const server = createServer((request, response) => {
    if (request.method === "POST") void json(request).then((body) => report(body as Outcomes));
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><script type="module">${readFileSync(script, "utf8")}</script>`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const profile = join(app, "chromium");
  mkdirSync(profile);
  const browser = spawn(
    binary,
    [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--disable-web-security", // the servers outside do not speak CORS, as no LLM provider does
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${port}/`,
    ],
    { stdio: "ignore" },
  );
  return ending(browser, () => outcomes).finally(() => {
    server.closeAllConnections();
    server.close();
  });
}

/** Kills a server process when its work is done, fails or takes too long. */
async function ending<T>(child: ChildProcess, work: () => Promise<T>): Promise<T> {
  const gone = new Promise<never>((_, reject) => {
    child.on("error", reject);
    child.on("exit", (status) => reject(new Error(`${child.spawnfile} ended by itself with ${status}`)));
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${child.spawnfile} was not done after ${limit} ms`)), limit);
  });
  try {
    return await Promise.race([work(), gone, late]);
  } finally {
    clearTimeout(timer);
    gone.catch(() => {});
    if (child.kill("SIGKILL")) await once(child, "exit"); // it may still write to the app's folder
  }
}
