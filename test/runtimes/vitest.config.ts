import { defineConfig } from "vitest/config";

/** Tests of what is published, in every runtime and under every TypeScript that it is meant for. */
export default defineConfig({
  test: {
    name: "runtimes",
    root: import.meta.dirname,
    globalSetup: ["./provide.ts", "../packed/packed.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A runtime is measured by real time: the others wait.
    fileParallelism: false,
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: "../../reports/runtimes.json" }]] : ["default"],
  },
});
