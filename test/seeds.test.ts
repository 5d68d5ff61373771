/** The table of what the project grew from points at what exists. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { read, root } from "./repository.ts";

it("every path in docs/design/seeds.md exists", () => {
  const paths = [...read("docs/design/seeds.md").matchAll(/`((?:packages|docs|test|examples)\/[\w./-]+)`/g)].map(
    ([, path]) => path!,
  );
  expect(paths.length).toBeGreaterThan(40);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
