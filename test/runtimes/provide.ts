/** Provides the runtimes and the compilers: they stand in a package of their own, apart from what the other tests need. */
import { execFileSync } from "node:child_process";
import { chromium } from "./chromium.ts";
import { root } from "../repository.ts";

export default function setup(): void {
  const bootstrap = [`${root}scripts/bootstrap.mjs`, "pnpm", "--dir", import.meta.dirname];
  execFileSync(process.execPath, [...bootstrap, "install", "--frozen-lockfile"], { stdio: "inherit" });
  // A check of everything has a machine of its own to install into; on anybody else's it is only said what is missing.
  if (process.env["CI"] && !chromium()) {
    const quietly = { stdio: "inherit", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
    try {
      execFileSync("apt-get", ["update", "--quiet"], quietly);
      execFileSync("apt-get", ["install", "--quiet", "--yes", "chromium"], quietly);
    } catch (error) {
      console.error("Chromium cannot be installed, and its tests will fail:", error); // each of them, by name
    }
  }
}
