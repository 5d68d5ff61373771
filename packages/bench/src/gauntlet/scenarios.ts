/** All scenarios. */
import type { Scenario } from "./scenario.ts";
import { burst } from "./scenarios/burst.ts";
import { dead } from "./scenarios/dead.ts";
import { fleet } from "./scenarios/fleet.ts";
import { outage } from "./scenarios/outage.ts";
import { overload } from "./scenarios/overload.ts";
import { quota } from "./scenarios/quota.ts";
import { serverless } from "./scenarios/serverless.ts";
import { spike } from "./scenarios/spike.ts";
import { stalls } from "./scenarios/stalls.ts";
import { steady } from "./scenarios/steady.ts";
import { storm } from "./scenarios/storm.ts";
import { tail } from "./scenarios/tail.ts";
import { throttle } from "./scenarios/throttle.ts";

export const scenarios: readonly Scenario[] = [
  steady,
  outage,
  spike,
  throttle,
  burst,
  storm,
  overload,
  fleet,
  serverless,
  stalls,
  tail,
  quota,
  dead,
];
