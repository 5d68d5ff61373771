import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { classifyPage, pagePath } from "../../../scripts/classify-page.ts";

test("the page in the documentation says what the tables say: else run `node scripts/classify-page.ts`", () => {
  expect(readFileSync(pagePath, "utf8")).toBe(classifyPage());
});
