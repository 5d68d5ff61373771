/** Updates the generated parts of a page. */
import { readFileSync, writeFileSync } from "node:fs";

/**
 * Replaces what is between `<!-- NAME: written by COMMAND -->` and `<!-- /NAME -->` by `text`.
 * @throws {Error} The page does not contain these marks.
 */
export function replacePart(page: URL, name: string, command: string, text: string): void {
  const [begin, end] = [`<!-- ${name}: written by \`${command}\` -->`, `<!-- /${name} -->`];
  const old = readFileSync(page, "utf8");
  const from = old.indexOf(begin);
  const to = old.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`Expected ${page.pathname} to have the marks ${begin} and ${end}`);
  writeFileSync(page, `${old.slice(0, from)}${begin}\n\n${text}\n\n${old.slice(to)}`);
}
