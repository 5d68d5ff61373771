/** The packed declarations say the same to every TypeScript, however it finds them. */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { installApp, type App } from "./app.ts";

const versions = ["5.6", "5.9", "6.0", "7.0"];
const resolutions = {
  node16: { module: "node16", moduleResolution: "node16" },
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  bundler: { module: "preserve", moduleResolution: "bundler" },
};

let app: App;

beforeAll(async () => {
  app = await installApp(inject("tarballs"));
});
afterAll(() => rmSync(app, { recursive: true }));

describe.each(versions)("TypeScript %s", (version) => {
  const installed = join(import.meta.dirname, "node_modules", `typescript${version}`);

  it("is the one that is meant", () => {
    const { version: actual } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
      version: string;
    };
    expect(actual).toMatch(new RegExp(`^${version}\\.`));
  });

  it.each(Object.entries(resolutions))(
    "%s, as an ES module and as CommonJS, also without skipLibCheck",
    async (name, how) => {
      const usage = readFileSync(join(import.meta.dirname, "types", "usage.ts"), "utf8");
      expect(await complaints(name, how, usage)).toBe("");
    },
  );

  it("sees a mistake where there is one", async () => {
    const planted = `import { retry } from "@evenkeel/retry"; export const planted: string = retry().run(() => 5);`;
    expect(await complaints("planted", resolutions.nodenext, planted)).toMatch(
      /usage\.cts.*TS2322.*'Promise<number>'[^]*usage\.mts.*TS2322/,
    );
  });

  it("lets a function be sent with, also where the global fetch has properties, as Bun's has", async () => {
    const bun = `import { resilientFetch, wrapFetch } from "@evenkeel/fetch";
      declare global { namespace fetch { function preconnect(url: string): void } }
      export const made = [resilientFetch({ fetch: (url, init) => fetch(url, init) }), wrapFetch((url, init) => fetch(url, init))];
      // @ts-expect-error It returns no promise.
      wrapFetch(() => new Response());`;
    expect(await complaints("preconnect", resolutions.nodenext, bun)).toBe("");
  });

  async function complaints(folder: string, how: object, usage: string): Promise<string> {
    const project = join(app, `${version}-${folder}`);
    mkdirSync(project);
    writeFileSync(join(project, "usage.mts"), usage);
    writeFileSync(join(project, "usage.cts"), usage);
    const lib = ["es2023", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"];
    const compilerOptions = {
      ...how,
      target: "es2022",
      lib,
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const tsc = join(installed, "bin", "tsc");
    return promisify(execFile)(process.execPath, [tsc, "-p", project, "--pretty", "false"]).then(
      () => "",
      ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
    );
  }
});
