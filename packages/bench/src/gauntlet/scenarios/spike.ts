/** A collapse that outlasts its cause: Marc Brooker's `simple_collapse_sim`, with its numbers. */
import { isWithin, type Scenario } from "../scenario.ts";

const trouble = { from: 20, to: 25 };

/** For five seconds the load doubles, on a server with a capacity of 65 requests a second. */
export const spike: Scenario = {
  name: "spike",
  story:
    "40 calls a second, and 80 for 5 s; the server takes 1 s + 10 ms per request in flight, and goes on with requests that their client gave up on after 3 s; 80 s",
  seconds: 80,
  rate: (second) => (isWithin(trouble, second) ? 80 : 40),
  limits: { attempt: 3_000, patience: 30_000 },
  trouble,
  network: 100,
  behave: () => (load) => ({ takes: 1_000 + 10 * load, status: 200 }),
};
