/** What the runtime's own `fetch` throws, and what `classify` makes of it. */
import { classify } from "@evenkeel/classify";
import { failureOf, post, readAll, type Cases, type World } from "./case.ts";

// As a verdict is read aloud: action, kind, whether the work may have been done, and the upstream's health.
const unsent = "retry network no failure";
const unanswered = "retry network maybe failure";
const cut = "retry truncated yes failure";
const cancelled = "stop cancelled maybe neutral";
const slow = "retry timeout maybe failure";
const mistake = "stop invalid-request no neutral";

/** Bun and workerd say no more of a body that broke than of a connection that did. */
const vague = { bun: unanswered, workerd: unanswered, workerd2024: unanswered };

function verdictOn(error: unknown): string {
  const { action, kind, processed, health } = classify(error);
  return `${action} ${kind} ${processed} ${health}`;
}

async function fetchFails(url: string, init: RequestInit = post()): Promise<string> {
  return verdictOn(await failureOf(fetch(url, init)));
}

async function bodyFails(url: string, stream = false): Promise<string> {
  const { text, error } = await readAll(await fetch(url, post(stream)));
  return text === "" ? "It broke too early" : verdictOn(error);
}

/** Aborts a request whose answer never comes. */
async function abortFails(world: World, signal: AbortSignal): Promise<unknown> {
  return failureOf(fetch(`${world.server}/stallBeforeHeaders/v1/chat/completions`, post(false, { signal })));
}

export const failures: Cases = {
  "a refused connection is a network failure": {
    act: ({ refused }) => fetchFails(`${refused}/v1/chat/completions`),
    expected: unsent,
    // They throw the same whether or not the request was sent.
    except: { workerd: unanswered, workerd2024: unanswered, chromium: unanswered },
  },
  "a name that does not exist is a network failure": {
    act: ({ unknown }) => fetchFails(`${unknown}/v1/chat/completions`),
    expected: unsent,
    except: { chromium: unanswered },
  },
  "a reset before the headers may have come after the work": {
    act: ({ server }) => fetchFails(`${server}/resetBeforeHeaders/v1/chat/completions`),
    expected: unanswered,
  },
  "a body that is cut is truncated": {
    act: ({ server }) => bodyFails(`${server}/shortContentLength/v1/chat/completions`),
    expected: cut,
    except: vague,
  },
  "a stream that is cut is truncated": {
    act: ({ server }) => bodyFails(`${server}/cutMiddle/v1/chat/completions`, true),
    expected: cut,
    except: vague,
  },
  "a stream that is reset is truncated": {
    act: ({ server }) => bodyFails(`${server}/resetMiddle/v1/chat/completions`, true),
    expected: cut,
    except: vague,
  },
  "an abort without a reason is a cancellation": {
    async act(world) {
      const caller = new AbortController();
      setTimeout(() => caller.abort(), 100);
      return verdictOn(await abortFails(world, caller.signal));
    },
    expected: cancelled,
  },
  "an abort with a reason rejects with that reason": {
    async act(world) {
      const caller = new AbortController();
      const reason = new RangeError("mine");
      setTimeout(() => caller.abort(reason), 100);
      return (await abortFails(world, caller.signal)) === reason;
    },
    expected: true,
    except: { workerd: false, workerd2024: false }, // it makes a copy
  },
  "the platform's own timeout is one": {
    act: async (world) => verdictOn(await abortFails(world, AbortSignal.timeout(100))),
    expected: slow,
  },
  "a URL that is none is the caller's mistake": {
    act: () => fetchFails("http://"),
    expected: mistake,
    except: { workerd2024: unsent }, // it took it for a host that cannot be found
  },
};
