/** What the suite connects to: a server with a fault for each path, a port without a server, and an unknown host name. */
import {
  cut,
  faultServer,
  httpFaults,
  pause,
  reset,
  spoil,
  withHeader,
  type HttpFault,
} from "@evenkeel/testkit/server";
import type { World } from "./suite/case.ts";

/** A runtime discards what it has not passed on yet when the connection breaks, so it gets enough time, even on a busy machine. */
const readingTime = pause(300);

const faults: Readonly<Record<string, HttpFault>> = {
  ...httpFaults,
  cutMiddle: async (request, respond) => spoil(await respond(request), "middle", [readingTime, cut]),
  shortContentLength: async (request, respond) =>
    withHeader(spoil(await respond(request), "middle", [readingTime, cut]), "content-length", "1000000"),
  resetMiddle: async (request, respond) => spoil(await respond(request), "middle", [readingTime, reset]),
};

export interface Outside extends AsyncDisposable {
  readonly world: World;
}

export async function outside(): Promise<Outside> {
  const seen = new Set<string>();
  const server = await faultServer({
    faults({ path }) {
      const [, first = "", second = ""] = path.split("/");
      if (first !== "once") return faultOf(first);
      if (seen.has(path)) return undefined;
      seen.add(path);
      return faultOf(second);
    },
  });
  const closed = await faultServer();
  await closed.close();
  return {
    world: { server: server.url, refused: closed.url, unknown: "http://no-such-host.invalid" },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function faultOf(name: string): HttpFault | undefined {
  return Object.hasOwn(faults, name) ? faults[name] : undefined;
}
