import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts", proxy: "src/proxy/index.ts", server: "src/server/index.ts" },
  format: ["esm", "cjs"],
  dts: true,
  clean: true,
  target: "es2023",
});
