/** Tells what the caller of an API expects. */

/** Whether a new answer is to be made. What is only read may be the record of a job, with an `error` that is the job's own. */
export function expectsAnswer({ method }: RequestInit): boolean {
  return method?.toUpperCase() === "POST";
}

/** Whether the caller asked for data: to others a web page, or nothing at all, may be just what they want. */
export function expectsData(init: RequestInit): boolean {
  const accepted = new Headers(init.headers).get("accept") ?? "";
  return /json|event-stream/.test(accepted) || (expectsAnswer(init) && !accepted.includes("html"));
}
