import { chaos, ChaosError, fakeClock, mockNext, seededRandom } from "@evenkeel/testkit";
import { faultProxy } from "@evenkeel/testkit/proxy";
import { answer, faultServer } from "@evenkeel/testkit/server";

/** Exported without an annotation: the declarations of a library must be able to name their types. */
export const made = chaos();
export const random = seededRandom(1);
export const { next: operation, request: attempt } = mockNext<string>();
export const call = attempt().then((first) => first.call);
export const { verdict } = new ChaosError();

export const expected = ["rang at 50", "hello", "CHAOS", "function", "function", "function"];

export async function snippet(): Promise<unknown> {
  const clock = fakeClock();
  let rang = "";
  clock.after(50, () => (rang = `rang at ${clock.now()}`));
  await clock.advance(100);

  const { next, request } = mockNext<string>();
  const flaky = chaos({ errorRate: 1, random: seededRandom(1) });
  const failure = await flaky.run(next).catch(({ code }: { code: string }) => code);
  const greeting = chaos().run(next);
  (await request()).resolve("hello");

  return [rang, await greeting, failure, typeof faultProxy, typeof faultServer, typeof answer];
}
