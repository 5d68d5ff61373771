/** Tells what the caller of an API expects. */
import type { FetchRequest } from "./request.ts";

/** A POST that ends a job, or reads one, as Vertex has it: it answers with the job's record. */
const ofJob = /[/:](cancel|fetchPredictOperation)(\?|$)/;

/** Whether a new answer is to be made. What is only read may be the record of a job, with an `error` that is the job's own. */
export function expectsAnswer({ url, init: { method } }: FetchRequest): boolean {
  return method?.toUpperCase() === "POST" && !ofJob.test(url);
}

/** Whether the caller asked for data: to others a web page, or nothing at all, may be just what they want. */
export function expectsData(request: FetchRequest): boolean {
  const accepted = new Headers(request.init.headers).get("accept") ?? "";
  return /json|event-stream/.test(accepted) || (expectsAnswer(request) && !accepted.includes("html"));
}

/** Whether a success may be one without a body, whatever it calls itself. */
export function maySayNothing({ status, headers }: Response): boolean {
  return status !== 200 || headers.get("content-length") === "0";
}
