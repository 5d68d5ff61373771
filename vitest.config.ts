import { defineConfig } from "vitest/config";

// The limit is for hangs: on a busy machine some tests with SDKs and sockets take longer than the default of 5 s.
const common = { execArgv: ["--expose-gc"], testTimeout: 30_000 };

export default defineConfig({
  test: {
    // The whole check counts the tests of all its stages together.
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: "reports/tests.json" }]] : ["default"],
    projects: [
      {
        test: {
          ...common,
          name: "unit",
          include: ["packages/*/test/**/*.test.ts", "test/*.test.ts", "test/models/*.test.ts", "examples/*.test.ts"],
        },
      },
      {
        test: {
          ...common,
          name: "types",
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ["packages/*/test/**/*.test-d.ts"],
            tsconfig: "./tsconfig.json",
          },
        },
      },
    ],
  },
});
