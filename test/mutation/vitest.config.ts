/** Runs the unit tests of one package on the mutated sources, because the links in node_modules point out of Stryker's sandbox. */
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const root = join(import.meta.dirname, "../..");
const mutated = process.env["MUTATED_PACKAGE"] ?? "*";

export default defineConfig({
  resolve: {
    alias: [{ find: /^@evenkeel\/([^/]+)(\/generic)?$/, replacement: join(root, "packages/$1/src$2/index.ts") }],
  },
  test: {
    root,
    include: [`packages/${mutated}/test/**/*.test.ts`],
    // Tests that measure the heap take seconds, for each mutant that they cover.
    testNamePattern:
      /^(?!.*(leaves? nothing behind|leave no timer|a million calls wait|does not grow with the length|an unread body is garbage|under (fresh composites|a signal of ours))).*$/,
    // The test of the docs page, which no mutant changes, and tests in real time (SDKs, sockets), which take minutes for each mutant.
    exclude: ["**/page.test.ts", "**/fetch/test/sdk/**", "**/fetch/test/matrix.test.ts"],
    // The limit is for hangs: beside other mutants, some properties take longer than the default of 5 s.
    testTimeout: 30_000,
    // Every mutant runs all models: a few sequences are enough.
    env: { FAST_CHECK_RUNS: "100" },
  },
});
