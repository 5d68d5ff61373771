/** Checks what npm would publish with publint and are-the-types-wrong. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, inject, it } from "vitest";
import { readPackages, root } from "../repository.ts";

const tarballs = Object.entries(inject("tarballs"));

describe("the packed tarballs", () => {
  it("are one for each package", () => {
    expect(tarballs.map(([name]) => name)).toEqual(readPackages().map(({ folder }) => folder));
  });

  it.each(tarballs)("%s: publint finds nothing", async (_name, tarball) => {
    expect(await complaints("publint", "run", tarball, "--strict")).toBe("");
  });

  it.each(tarballs)("%s: its types resolve wherever its code does", async (_name, tarball) => {
    expect(await complaints("attw", tarball, "--no-emoji")).toBe("");
  });

  it.each(tarballs)(
    "%s: holds the built code, its readme and its licence, and nothing else",
    async (_name, tarball) => {
      const listed = (await promisify(execFile)("tar", ["-tzf", tarball])).stdout.trim().split("\n");
      const others = listed.filter((path) => !/^package\/dist\/[\w-]+\.(c?js|d\.c?ts)$/.test(path)).toSorted();
      expect(others).toEqual(["package/LICENSE", "package/README.md", "package/package.json"]);
    },
  );
});

/** Returns the output of a program that fails, and nothing if it succeeds. */
function complaints(program: string, ...args: string[]): Promise<string> {
  return promisify(execFile)(`${root}node_modules/.bin/${program}`, args).then(
    () => "",
    (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
  );
}
