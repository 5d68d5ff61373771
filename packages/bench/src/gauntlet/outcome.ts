/** The results of one run. */
import { isWithin, type Scenario, type Span } from "./scenario.ts";

/** One call. Times are in seconds from the start. */
export interface CallRecord {
  readonly at: number;
  readonly end: number;
  readonly isGood: boolean;
}

/** What happened in a run. */
export interface Log {
  readonly calls: readonly CallRecord[];
  /** When each request was sent, in seconds from the start. */
  readonly sent: readonly number[];
  /** How many answers the provider generated, and billed. */
  readonly paid: number;
}

export interface Outcome {
  readonly calls: number;
  /** The share of calls that were answered in time. */
  readonly goodput: number;
  /** Upstream requests per call. */
  readonly load: number;
  /** The same during the trouble; `undefined` if there is none. */
  readonly loadInTrouble: number | undefined;
  /** The latency of answered calls, in seconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers that were generated but reached nobody, per 1,000 calls. */
  readonly wasted: number;
  /** Seconds from the end of the trouble until calls are answered again; `Infinity` for never, `undefined` without trouble. */
  readonly recovery: number | undefined;
  /** Whether most calls still fail at the end, long after the trouble. */
  readonly collapsed: boolean;
  /** For each bin of the scenario's time: the share of its calls that were answered, and its requests per second. */
  readonly answered: readonly number[];
  readonly requests: readonly number[];
}

/** The number of bins in the plots. */
export const bins = 100;

/** Evaluates a run. */
export function outcome({ seconds, trouble }: Scenario, { calls, sent, paid }: Log): Outcome {
  const good = calls.filter(({ isGood }) => isGood);
  const latencies = good.map(({ at, end }) => end - at).toSorted((a, b) => a - b);
  const width = seconds / bins;
  const binOf = (second: number): number => Math.min(bins - 1, Math.floor(second / width));
  const answered = Array.from({ length: bins }, (_, bin) => shareGood(calls.filter(({ at }) => binOf(at) === bin)));
  const requests = Array.from(
    { length: bins },
    (_, bin) => sent.filter((at) => at < seconds && binOf(at) === bin).length / width,
  );

  return {
    calls: calls.length,
    goodput: good.length / calls.length,
    load: sent.length / calls.length,
    loadInTrouble: trouble && loadWithin(trouble, calls, sent),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    wasted: (1_000 * (paid - good.length)) / calls.length,
    recovery: trouble && recovery(calls, trouble.to, seconds),
    collapsed: shareGood(calls.filter(({ at }) => at >= seconds - lastSeconds)) < 0.5,
    answered,
    requests,
  };
}

/** The last seconds of a run, which decide whether it has collapsed. */
const lastSeconds = 20;

/** How long calls must be answered for a run to have recovered, in seconds. */
const calm = 10;

function recovery(calls: readonly CallRecord[], end: number, seconds: number): number {
  for (let from = end; from <= seconds - calm; from += 0.5) {
    if (shareGood(calls.filter(({ at }) => isWithin({ from, to: from + calm }, at))) >= 0.99) return from - end;
  }
  return Infinity;
}

function loadWithin(span: Span, calls: readonly CallRecord[], sent: readonly number[]): number {
  const callsWithin = calls.filter(({ at }) => isWithin(span, at)).length;
  return sent.filter((at) => isWithin(span, at)).length / callsWithin;
}

function shareGood(calls: readonly CallRecord[]): number {
  return calls.length === 0 ? NaN : calls.filter(({ isGood }) => isGood).length / calls.length;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
