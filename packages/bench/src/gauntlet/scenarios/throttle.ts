/** A shared key. */
import { healthyWork, isWithin, type Scenario } from "../scenario.ts";

const trouble = { from: 40, to: 80 };
const window = 10;

/** The provider limits the requests per window, and says when the next window begins. */
export const throttle: Scenario = {
  name: "throttle",
  story:
    "a key may send 120 requests per 10 s, and only 20 for 40 s; the others get a 429 with the time until the next window as `Retry-After`; 8 calls a second for 160 s",
  seconds: 160,
  rate: () => 8,
  limits: { attempt: 30_000, patience: 60_000 },
  trouble,
  behave({ second, random }) {
    let current = -1;
    let granted = 0;
    return () => {
      const now = second();
      const index = Math.floor(now / window);
      if (index !== current) granted = 0;
      current = index;
      const isOver = ++granted > (isWithin(trouble, now) ? 20 : 120);
      if (!isOver) return { takes: healthyWork(random), status: 200 };
      const seconds = Math.ceil((index + 1) * window - now);
      return { takes: 5, status: 429, headers: { "retry-after": `${seconds}` } };
    };
  },
};
