import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { replacePart } from "../src/replace-part.ts";

let folder: string;
let page: URL;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "page-"));
  page = pathToFileURL(join(folder, "page.md"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("renews one part, whatever stands in it, and leaves the others", () => {
  const other = "<!-- size: written by `size` -->\n\nold\n\n<!-- /size -->";
  writeFileSync(page, `before\n<!-- speed: written by \`bench\` -->\nold\n<!-- /speed -->\n${other}\n`);
  replacePart(page, "speed", "bench", "$& new");
  const expected = `before\n<!-- speed: written by \`bench\` -->\n\n$& new\n\n<!-- /speed -->\n${other}\n`;
  expect(readFileSync(page, "utf8")).toBe(expected);
  replacePart(page, "speed", "bench", "$& new");
  expect(readFileSync(page, "utf8")).toBe(expected);
});

it("says so where the page has no such part", () => {
  writeFileSync(page, "nothing");
  expect(() => replacePart(page, "speed", "bench", "new")).toThrow(
    "to have the marks <!-- speed: written by `bench` -->",
  );
});
