/** Runs an example: `npm run example openai`. Without a name, it lists them. */
import { pathToFileURL } from "node:url";
import { list } from "./setup/list.ts";

const [name] = process.argv.slice(2);
const examples = list();
const found = examples.find((each) => each.name === name);

if (found) {
  await import(pathToFileURL(found.file).href);
} else if (name === undefined) {
  const width = Math.max(...examples.map((each) => each.name.length));
  for (const each of examples) console.log(`${each.name.padEnd(width)}  ${each.summary}`);
} else {
  console.error(`There is no example "${name}". There are: ${examples.map((each) => each.name).join(", ")}.`);
  process.exitCode = 2;
}
