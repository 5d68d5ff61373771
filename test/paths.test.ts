/** The pages that say where something is shown point at what exists. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { read, root } from "./repository.ts";

it.each([
  ["docs/design/seeds.md", 40],
  ["docs/design/guarantees.md", 25],
  ["SECURITY.md", 0],
])("every path in %s exists", (page, atLeast) => {
  const paths = [...read(page).matchAll(/`((?:packages|docs|test|examples)\/[\w./-]+)`/g)].map(([, path]) => path!);
  expect(paths.length).toBeGreaterThan(atLeast);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
