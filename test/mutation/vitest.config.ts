/** Runs one package's own unit tests, which see every package's mutated source: the links in node_modules lead out of Stryker's sandbox. */
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
    // What weighs the heap takes seconds, and would be repeated for each mutant that it meets.
    testNamePattern:
      /^(?!.*(leaves? nothing behind|leave no timer|a million calls wait|does not grow with the length|an unread body is garbage|under (fresh composites|a signal of ours))).*$/,
    // A page of the docs is compared, which no mutant changes. Before the SDKs, and on sockets, time is real: each mutant would need minutes.
    exclude: ["**/page.test.ts", "**/fetch/test/sdk/**", "**/fetch/test/matrix.test.ts"],
    // Each mutant meets every model: a few sequences tell, or none will.
    env: { FAST_CHECK_RUNS: "100" },
  },
});
