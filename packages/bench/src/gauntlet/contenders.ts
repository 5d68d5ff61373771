/** All contenders of the gauntlet. */
import type { Contender } from "./contender.ts";
import { bare } from "./contenders/bare.ts";
import { cockatiel, cockatielBulkhead } from "./contenders/cockatiel.ts";
import { effect } from "./contenders/effect.ts";
import { evenkeel, evenkeelSemaphore, evenkeelUntouched, evenkeelWaiting } from "./contenders/evenkeel.ts";
import { ky } from "./contenders/ky.ts";
import { openai } from "./contenders/openai.ts";
import { opossum } from "./contenders/opossum.ts";
import { pLimitRetryTimeout, pRetryTimeout } from "./contenders/p-retry-timeout.ts";
import { undici } from "./contenders/undici.ts";

/** This toolkit, its peers, and plain `fetch`. */
export const contenders: readonly Contender[] = [
  evenkeel,
  evenkeelUntouched,
  evenkeelSemaphore,
  evenkeelWaiting,
  openai,
  pRetryTimeout,
  pLimitRetryTimeout,
  cockatiel,
  cockatielBulkhead,
  opossum,
  ky,
  undici,
  effect,
  bare,
];
