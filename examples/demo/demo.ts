/**
 * Makes the same calls, with the same seeded faults, through the official SDKs with and without `resilientFetch`.
 * Run it with `npm run demo`, or `npm run demo -- --seed 7 --faults 0.3 --requests 500` to change the parameters.
 */
import { LLMock } from "@copilotkit/aimock";
import { arms } from "./arms.ts";
import { faultPlan } from "./fault-plan.ts";
import { callersDeadline } from "./limits.ts";
import { readOptions, type DemoOptions } from "./options.ts";
import { progress } from "./progress.ts";
import { startProvider } from "./provider.ts";
import { answerIn } from "./question.ts";
import { runArm, type Tally } from "./run-arm.ts";
import { table } from "./table.ts";
import { complaints } from "./verdict.ts";

const callsToWarmUp = 60;

async function demo(options: DemoOptions): Promise<string[]> {
  const { requests, seed, faults } = options;
  const compared = arms();
  console.log(
    `${requests} calls through each arm, plain and streamed: OpenAI chat completions and responses, Anthropic messages.`,
  );
  console.log(
    `In every arm, the same ${(faults * 100).toFixed(0)} % of the attempts get the same faults (seed ${seed}).`,
  );
  console.log(`Every caller waits ${callersDeadline} ms. A call that has not ended by then counts as stuck.\n`);
  for (const { name, explanation } of compared) console.log(`${name.padEnd(18)} ${explanation}`);
  console.log();

  const mock = new LLMock({ port: 0 });
  mock.on({ userMessage: /Question/ }, (request) => ({ content: answerIn(request) }));
  const origin = await mock.start();
  const plan = faultPlan(options);
  const tallies: Tally[] = [];
  try {
    await warmUp(origin);
    for (const arm of compared) {
      await using provider = await startProvider(plan, origin);
      tallies.push(await runArm(arm, provider, requests, progress(requests)));
    }
  } finally {
    await mock.stop();
  }

  console.log(`\n${table(tallies)}\n`);
  console.log("Upstream requests are those that arrived at the provider. Latency counts every call, however it ended.");
  console.log("A stream that breaks off after its first words cannot be retried: it either fails or ends truncated.");
  for (const arm of compared) {
    const remark = arm.remark?.();
    if (remark !== undefined) console.log(remark);
  }
  return complaints(tallies);
}

/** Makes some calls that are not counted. Otherwise the first arm would be slower, because the code is not compiled yet. */
async function warmUp(origin: string): Promise<void> {
  await using provider = await startProvider(() => undefined, origin);
  for (const arm of arms()) await runArm(arm, provider, callsToWarmUp, () => {});
}

function optionsOrExit(): DemoOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    return process.exit(2);
  }
}

const found = await demo(optionsOrExit());
for (const complaint of found) console.error(`Not as promised: ${complaint}.`);
if (found.length > 0) process.exitCode = 1;
