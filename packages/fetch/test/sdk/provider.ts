/** The provider of the contracts: a mock that answers well, behind a server that does not where a test says so. */
import { LLMock } from "@copilotkit/aimock";
import {
  breakOff,
  faultServer,
  forward,
  reshape,
  type FaultServer,
  type HttpFault,
  type Reply,
  type Responder,
  type SeenRequest,
  type Step,
} from "@evenkeel/testkit/server";
import { afterAll, beforeAll } from "vitest";

/** What the mock says. */
export const text = "Even keels keep every answer whole.";

/** The first word, and the one in the middle: each comes in a chunk of its own. */
export const [first, middle] = ["Even", "keep"];

export type Faults = (request: SeenRequest) => HttpFault | undefined;

/** Starts the mock for the tests of a file, and returns what starts a provider in front of it. */
export function provider(): (faults?: Faults) => Promise<FaultServer> {
  const mock = new LLMock({ port: 0 });
  mock.onMessage(/./, { content: text, systemFingerprint: "fp_1" }, { chunkSize: 5 });
  beforeAll(() => mock.start());
  afterAll(() => mock.stop());
  return (faults) => faultServer({ respond: framed(forward(mock.url)), faults });
}

/** The length of the first event, where events are no server-sent ones; 0 while it is unknown. */
const lengths: Readonly<Record<string, (bytes: Buffer) => number>> = {
  "application/x-ndjson": (bytes) => bytes.indexOf("\n") + 1,
  "application/vnd.amazon.eventstream": (bytes) => (bytes.byteLength < 4 ? 0 : bytes.readUInt32BE(0)),
};

/** Makes the steps of every stream its events, whatever separates them. */
function framed(respond: Responder): Responder {
  return async (request) => {
    const reply = await respond(request);
    const lengthOf = lengths[String(reply.headers?.["content-type"])];
    return lengthOf ? reshape(reply, cutInto(lengthOf)) : reply;
  };
}

function cutInto(lengthOf: (bytes: Buffer) => number): (body: Reply["body"]) => AsyncGenerator<Step> {
  return async function* cut(body) {
    let rest = Buffer.alloc(0);
    for await (const step of body) {
      rest = Buffer.concat([rest, Buffer.from(step as Uint8Array)]);
      for (let length = lengthOf(rest); length > 0 && length <= rest.byteLength; length = lengthOf(rest)) {
        yield rest.subarray(0, length);
        rest = rest.subarray(length);
      }
    }
  };
}

/** Answers with a stream up to the chunk with this word, and then with other steps in the place of the rest. */
export function before(word: string, then: Iterable<Step>): HttpFault {
  return async (request, respond) => breakOff(await respond(request), (bytes) => bytes.includes(word), then);
}

/** Answers every request with the bytes that the first one got: ids and times are the same. */
export function recorded(): {
  fault: HttpFault;
  bytes: () => Promise<Buffer>;
  headers: () => Promise<Reply["headers"]>;
} {
  let reply: Promise<Reply & { body: Step[] }> | undefined;
  return {
    fault: (request, respond) => (reply ??= whole(respond(request))),
    bytes: async () => Buffer.concat((await reply)!.body.map((step) => Buffer.from(step as Uint8Array))),
    headers: async () => (await reply)!.headers,
  };
}

async function whole(reply: Reply | Promise<Reply>): Promise<Reply & { body: Step[] }> {
  const { body, ...rest } = await reply;
  const steps: Step[] = [];
  for await (const step of body) steps.push(step);
  return { ...rest, body: steps };
}
