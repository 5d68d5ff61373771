/** Processes that share a key too small for them, and live too briefly to learn anything. */
import type { Scenario } from "../scenario.ts";
import { overload } from "./overload.ts";

export const serverless: Scenario = {
  ...overload,
  name: "serverless",
  story: `as in \`${overload.name}\`, with the calls spread over 1,600 processes, each of which makes three`,
  processes: 1_600,
};
