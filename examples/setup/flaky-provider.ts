/** The provider of an example: a mock that answers in the format of every API, behind a server that fails first. */
import { LLMock } from "@copilotkit/aimock";
import { faultServer, forward, httpFaults, type FaultServer, type HttpFaultName } from "@evenkeel/testkit/server";

export type FlakyProvider = Pick<FaultServer, "url" | "port" | "requests" | "active" | "openSockets"> & AsyncDisposable;

/** Starts a provider that fails its first requests with these faults, one after another, and answers all others. */
export async function flakyProvider(...faults: HttpFaultName[]): Promise<FlakyProvider> {
  const mock = new LLMock({ port: 0 });
  mock.onMessage(/./, { content: "An even keel." });
  const server = await faultServer({
    respond: forward(await mock.start()),
    faults: ({ index }) => (index < faults.length ? httpFaults[faults[index]!] : undefined),
  });
  const close = async (): Promise<void> => {
    await server.close();
    await mock.stop();
  };
  return Object.create(server, { [Symbol.asyncDispose]: { value: close } }) as FlakyProvider;
}
