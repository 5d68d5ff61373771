// Runs all checks of the repository, and prints the total of passed and failed tests on the last line. Plain JavaScript, because
// it has to run on a machine with only Node >= 20 and npm: its first stage installs everything else.
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * A stage is stopped after its `minutes`, which add up to less than 30. A stage with a report counts as the tests in the report, any
 * other stage as one test.
 * @typedef {{ command: string, minutes: number, report?: string }} Stage
 * @type {readonly Stage[]}
 */
const stages = [
  { command: "npm test", minutes: 9, report: "reports/tests.json" },
  { command: "npm run lint", minutes: 1 },
  { command: "npm run types", minutes: 1 },
  { command: "npm run unused", minutes: 0.5 },
  { command: "npm run build", minutes: 1.5 },
  { command: "npm run test:models", minutes: 5, report: "reports/models.json" },
  { command: "npm run mutate -- core --file keyed.ts", minutes: 1.5 },
  { command: "npm run test:packed", minutes: 2, report: "reports/packed.json" },
  { command: "npm run test:runtimes", minutes: 4, report: "reports/runtimes.json" },
  { command: "npm run size", minutes: 1, report: "reports/size.json" },
  { command: "npm run soak -- --short", minutes: 1.5, report: "reports/soak.json" },
  { command: "npm run demo", minutes: 1.5 },
];

const root = fileURLToPath(new URL("..", import.meta.url));
const total = { passed: 0, failed: 0 };

rmSync(`${root}reports`, { recursive: true, force: true });
for (const stage of stages) {
  console.log(`\n=== ${stage.command} (at most ${stage.minutes} min)`);
  const start = Date.now();
  const isGood = await run(stage);
  const { passed, failed } = count(stage, isGood);
  total.passed += passed;
  total.failed += failed;
  console.log(
    `=== ${stage.command}: ${passed} passed, ${failed} failed, ${((Date.now() - start) / 1_000).toFixed(1)} s`,
  );
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

/**
 * Runs a stage, and stops it, including its child processes, when its time is up. Resolves with whether it passed.
 * @param {Stage} stage
 * @returns {Promise<boolean>}
 */
function run({ command, minutes }) {
  const [program = "", ...args] = command.split(" ");
  // In a process group of its own, so that stopping it stops its children too.
  const child = spawn(program, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, CI: "true" },
    detached: true,
  });
  const stop = () => child.pid && process.kill(-child.pid, "SIGKILL");
  const interrupt = () => {
    stop();
    process.exit(130);
  };
  const timer = setTimeout(() => {
    console.log(`=== ${command}: stopped after ${minutes} min`);
    stop();
  }, minutes * 60_000);
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);

  return new Promise((resolve) => {
    child.on("error", () => resolve(false)).on("exit", (status) => resolve(status === 0));
  }).finally(() => {
    clearTimeout(timer);
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  });
}

/**
 * Counts the tests of a stage. If the stage failed although no test did, that counts as one failed test.
 * @param {Stage} stage
 * @param {boolean} isGood
 */
function count({ report }, isGood) {
  if (!report) return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1 };
  try {
    const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(root + report, "utf8"));
    return { passed, failed: isGood ? failed : Math.max(failed, 1) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
