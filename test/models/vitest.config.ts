import { defineConfig } from "vitest/config";

/** The tests that hold a state machine against its model, with many more sequences than beside the other tests. */
export default defineConfig({
  test: {
    name: "models",
    root: `${import.meta.dirname}/../..`,
    include: ["packages/*/test/*-model.test.ts", "test/models/*.test.ts"],
    env: { FAST_CHECK_RUNS: process.env["FAST_CHECK_RUNS"] ?? "10000" },
    testTimeout: 0,
    // Nothing here measures time, so no processor needs to be left for anything else.
    maxWorkers: "100%",
    execArgv: ["--expose-gc"],
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: "reports/models.json" }]] : ["default"],
  },
});
