/** Tells what kind of response the caller of an API expects. */
import { edgesOf } from "./edges-of.ts";
import { methodOf, type FetchRequest } from "./request.ts";

/** A POST that manages or polls a job, or starts one of Anthropic's or OpenAI's agents: its answer is the job's record. */
const jobPath =
  /[/:](archive|cancel|validate|fetchPredictOperation|deployments\/[^/]+\/run|automations\/[^/]+\/invocations)(\?|$)/;

/** Tells whether a request generates an answer. What it merely reads may be a job's record, whose `error` is the job's own. */
export function expectsAnswer({ url, init }: FetchRequest): boolean {
  return methodOf(init) === "POST" && !jobPath.test(url);
}

/** Tells whether a request is a notification to an MCP server: some servers answer it with an empty 200 instead of a 202. */
export function notifies({ init }: FetchRequest): boolean {
  return /"method"\s*:\s*"notifications\//.test(edgesOf(init.body));
}

/** Tells whether a request expects data. If not, a web page or an empty body may be just what the caller wants. */
export function expectsData(request: FetchRequest): boolean {
  if (notifies(request)) return false;
  const accepted = new Headers(request.init.headers).get("accept") ?? "";
  return /json|event-stream/.test(accepted) || (expectsAnswer(request) && !accepted.includes("html"));
}

/** A GET that reads the stream of an answer again, as of OpenAI's background responses and Gemini's interactions. */
const answerQuery = /[?&]stream=true(&|$)/;

/** The events of Anthropic's sessions and their threads, for which its SDK asks with `accept: application/json`. */
const eventsPath = /\/(events|threads\/[^/]+)\/stream(\?|$)/;

/** Tells whether a request subscribes to events, as `EventSource` and MCP do: there may be none for hours. */
export function subscribes({ url, init }: Pick<FetchRequest, "url" | "init">): boolean {
  if (methodOf(init) !== "GET" || answerQuery.test(url)) return false;
  return new Headers(init.headers).get("accept") === "text/event-stream" || eventsPath.test(url);
}

/** Tells whether the body of a success may be empty, whatever its content type. */
export function mayBeEmpty({ status, headers }: Response): boolean {
  return status !== 200 || headers.get("content-length") === "0";
}
