import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts", generic: "src/generic/index.ts" },
  format: ["esm", "cjs"],
  dts: true,
  clean: true,
  target: "es2023",
});
