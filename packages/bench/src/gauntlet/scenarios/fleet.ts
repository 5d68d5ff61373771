/** Many processes that share a key too small for them, and know nothing of each other. */
import type { Scenario } from "../scenario.ts";
import { overload } from "./overload.ts";

export const fleet: Scenario = {
  ...overload,
  name: "fleet",
  story: `as in \`${overload.name}\`, with the calls spread over 50 processes that share the key`,
  processes: 50,
};
