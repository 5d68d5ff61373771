/** All scenarios. */
import type { Scenario } from "./scenario.ts";
import { dead } from "./scenarios/dead.ts";
import { outage } from "./scenarios/outage.ts";
import { quota } from "./scenarios/quota.ts";
import { spike } from "./scenarios/spike.ts";
import { stalls } from "./scenarios/stalls.ts";
import { steady } from "./scenarios/steady.ts";
import { tail } from "./scenarios/tail.ts";
import { throttle } from "./scenarios/throttle.ts";

export const scenarios: readonly Scenario[] = [steady, outage, spike, throttle, stalls, tail, quota, dead];
