import { seededRandom } from "@evenkeel/testkit";
import { describe, expect, it } from "vitest";
import { arrivals } from "../../src/gauntlet/arrivals.ts";
import { answer, fetchOf } from "../../src/gauntlet/fetch-of.ts";
import { textOf } from "../../src/gauntlet/contender.ts";
import { provider } from "../../src/gauntlet/provider.ts";
import { virtualTime } from "../../src/gauntlet/virtual-time.ts";

describe("a modelled provider", () => {
  it("answers after its work and two ways through the network, and is paid", async () => {
    const clock = virtualTime();
    const upstream = provider({ clock, network: () => 10, behave: () => ({ takes: 500, status: 200 }) });
    const reply = await clock.run(() => upstream.send());
    expect(reply.status).toBe(200);
    expect(clock.now()).toBe(520);
    expect([upstream.requests, upstream.paid, upstream.load]).toEqual([1, 1, 0]);
  });

  it("knows its load", async () => {
    const clock = virtualTime();
    const loads: number[] = [];
    const upstream = provider({
      clock,
      behave(load) {
        loads.push(load);
        return { takes: 100 * load, status: 200 };
      },
    });
    await clock.run(() => Promise.all([upstream.send(), upstream.send(), upstream.send()]));
    expect(loads).toEqual([1, 2, 3]);
    expect(clock.now()).toBe(300);
  });

  it("rejects with the caller's reason at once, and finishes the work all the same", async () => {
    const { clock, upstream, outcome, reason } = scene(false);
    expect(await clock.run(() => outcome)).toBe(reason);
    expect([clock.now(), upstream.load, upstream.paid]).toEqual([100, 1, 0]);
    await clock.run(() => new Promise<void>((resolve) => void clock.after(1_000, resolve)));
    expect([upstream.load, upstream.paid]).toEqual([0, 1]);
  });

  it("may free what was given up", async () => {
    const { clock, upstream, outcome, reason } = scene(true);
    expect(await clock.run(() => outcome)).toBe(reason);
    expect(upstream.load).toBe(0);
    await clock.run(() => new Promise<void>((resolve) => void clock.after(1_000, resolve)));
    expect([upstream.load, upstream.paid]).toEqual([0, 0]);
  });

  function scene(freesAborted: boolean): {
    clock: ReturnType<typeof virtualTime>;
    upstream: ReturnType<typeof provider>;
    outcome: Promise<unknown>;
    reason: Error;
  } {
    const clock = virtualTime();
    const upstream = provider({ clock, freesAborted, behave: () => ({ takes: 500, status: 200 }) });
    const reason = new Error("enough");
    const caller = new AbortController();
    clock.after(100, () => caller.abort(reason));
    return { clock, upstream, outcome: upstream.send(caller.signal).catch((error: unknown) => error), reason };
  }

  it("sends nothing for who has already left", async () => {
    const upstream = provider({ clock: virtualTime(), behave: () => ({ takes: 1, status: 200 }) });
    await expect(upstream.send(AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    expect(upstream.requests).toBe(0);
  });

  it("is no load where it never answers", async () => {
    const clock = virtualTime();
    const upstream = provider({ clock, behave: () => ({ takes: Infinity, status: 200 }) });
    void upstream.send();
    await clock.run(() => new Promise<void>((resolve) => void clock.after(10, resolve)));
    expect([upstream.load, upstream.paid]).toEqual([0, 0]);
  });

  it("speaks HTTP: answers, errors with headers, and refused connections", async () => {
    const clock = virtualTime();
    const replies = [
      { takes: 1, status: 200 },
      { takes: 1, status: 429, headers: { "retry-after": "7" } },
      { takes: 1, status: 0 },
    ];
    const fetch = fetchOf(provider({ clock, behave: () => replies.shift()! }));
    const url = "https://provider.test";
    await clock.run(async () => {
      expect(textOf(await (await fetch(url)).json())).toBe(answer);
      const throttled = await fetch(url);
      expect([throttled.status, throttled.headers.get("retry-after")]).toEqual([429, "7"]);
      expect(await throttled.json()).toMatchObject({ error: { code: "rate_limit_exceeded" } });
      await expect(fetch(url)).rejects.toMatchObject({ message: "fetch failed", cause: { code: "ECONNREFUSED" } });
    });
  });
});

describe("arrivals", () => {
  it("come at the rate of their time, independently, and none too late", async () => {
    const clock = virtualTime();
    const times: number[] = [];
    const rate = (second: number): number => (second < 100 ? 10 : 50);
    await clock.run(() =>
      arrivals({ clock, random: seededRandom(1), rate, seconds: 200 }, async (second) => void times.push(second)),
    );
    const early = times.filter((second) => second < 100).length;
    const late = times.length - early;
    // Three standard deviations of Poisson counts.
    expect(Math.abs(early - 1_000)).toBeLessThan(3 * Math.sqrt(1_000));
    expect(Math.abs(late - 5_000)).toBeLessThan(3 * Math.sqrt(5_000));
    const gaps = times.slice(1, early).map((second, i) => second - times[i]!);
    const short = gaps.filter((gap) => gap < 0.1 * Math.LN2).length / gaps.length;
    expect(Math.abs(short - 0.5)).toBeLessThan(0.05);
    expect(Math.max(...times)).toBeLessThan(200);
  });

  it("are over when the last of them is answered, for better or worse", async () => {
    const clock = virtualTime();
    let settled = 0;
    let come = 0;
    await clock.run(() =>
      arrivals({ clock, random: seededRandom(2), rate: () => 5, seconds: 10 }, () => {
        come++;
        return new Promise((resolve, reject) => {
          clock.after(30_000, () => {
            settled++;
            if (settled % 2 === 0) resolve(undefined);
            else reject(new Error("no"));
          });
        });
      }),
    );
    expect(settled).toBe(come);
    expect(clock.now()).toBeGreaterThan(30_000);
  });
});
