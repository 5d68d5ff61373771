import { defineConfig } from "vitest/config";

/** Tests of what is published: they build and pack first, which the tests of the sources need not. */
export default defineConfig({
  test: {
    name: "packed",
    dir: import.meta.dirname,
    globalSetup: "./test/packed/packed.ts",
    testTimeout: 60_000,
  },
});
