import { defineConfig } from "vitest/config";

/** Tests of what is published: they build and pack first, which the tests of the sources need not. */
export default defineConfig({
  test: {
    name: "packed",
    root: import.meta.dirname,
    globalSetup: "./packed.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: "../../reports/packed.json" }]] : ["default"],
  },
});
