/** Extracts what matters from a response, a body, an event or an error, at any depth. */
import { parseDuration, parseReset } from "./duration.ts";
import { header } from "./header.ts";
import { serverTime } from "./http-date.ts";
import { items, property, text } from "./property.ts";

/** What a failure says about itself. */
export interface Facts {
  /** The time that waits start from, in ms since the epoch: the server's, if a response says it. */
  now: number;
  /** The HTTP status. One in the body takes precedence: a gateway may have replaced the original status with its own. */
  status?: number | undefined;
  /** Codes, types and exception names, the innermost first, because it is the most specific. */
  readonly codes: string[];
  /** The same from JSON quoted in a message, which may come from an upstream further back, or from the user's own input. */
  quotedCodes?: string[] | undefined;
  /** All messages, at most 4,096 characters. */
  text: string;
  /** Response headers, the outermost first. */
  readonly headers: object[];
  /** How long the body asks to wait, in ms. */
  wait?: number | undefined;
}

/** Where nested errors are found. No other properties are visited, because a body may echo the user's input. */
const envelopeKeys = /* @__PURE__ */ split(
  "lastError error errors body data response responseBody httpResponse rawResponse $response $metadata rawValue " +
    "detail details metadata innererror fault errorArgs violations raw",
);
const statusKeys = /* @__PURE__ */ split(
  "status statusCode status_code httpStatusCode http_status_code raw_status_code",
);
const codeKeys = /* @__PURE__ */ split(
  "error_code reason provider_code error_type limit_source quotaId quotaValue originalStatusCode code __type :exception-type " +
    "type status",
);
const codeHeaders = /* @__PURE__ */ split("x-amzn-errortype x-ms-error-code cf-mitigated");
const messageKeys = /* @__PURE__ */ split("message msg errorMessage error_message faultstring reason");
const durationKeys = /* @__PURE__ */ split("retryDelay quotaResetDelay");
const resetKeys = /* @__PURE__ */ split("estimated_time resets_in_seconds retry_after resets_at quotaResetTimeStamp");

/** How many characters of a body are parsed. */
export const longestBody = 65_536;
/** How many characters of messages are kept. */
const longestText = 4_096;

/** Returns the facts of any value. Never throws, and does a bounded amount of work. */
export function gather(root: unknown, now: number): Facts {
  const facts: Facts = { now, codes: [], text: "", headers: [] };
  let nodesLeft = 100;
  let codes = facts.codes;
  visit(root);
  for (const name of codeHeaders) addCode(header(facts.headers[0], name));
  facts.status = statusIn(facts.codes) ?? facts.status;
  return facts;

  function visit(node: unknown): void {
    if (typeof node === "string") return readText(node);
    if (typeof node !== "object" || node === null || --nodesLeft < 0) return;
    const list = items(node);
    if (list) return list.forEach(visit);
    for (const key of statusKeys) {
      const value = property(node, key);
      // A status of success is that of a response whose body then failed.
      const isFree = (facts.status ?? 0) < 400;
      if (isFree && typeof value === "number" && value >= 100 && value < 600) facts.status = value;
    }
    for (const key of ["headers", "responseHeaders"]) {
      const value = property(node, key);
      if (typeof value !== "object" || value === null) continue;
      facts.headers.push(value);
      facts.now = serverTime(value, facts.now);
    }
    for (const key of envelopeKeys) visit(property(node, key));
    // A message may be the response body itself, as JSON. Visited before the codes that a client added to it.
    for (const key of messageKeys) visit(text(property(node, key)));
    for (const key of codeKeys) addCode(property(node, key));
    // The names of AWS exceptions are codes. The class names of other clients, which end in Error, add nothing to the status.
    const name = text(property(node, "name"));
    if (!name.endsWith("Error")) addCode(name);
    for (const key of durationKeys) facts.wait ??= parseDuration(text(property(node, key)));
    for (const key of resetKeys) facts.wait ??= parseReset(text(property(node, key)), facts.now);
  }

  function addCode(value: unknown): void {
    const code = text(value).slice(0, 100);
    // A daily quota takes precedence over one per minute, in whichever order they are listed.
    if (code) codes[/PerDay/.test(code) ? "unshift" : "push"](code);
  }

  /** Visits the JSON in a string, which may follow other text or be truncated. Any other string is a message. */
  function readText(string: string): void {
    const start = /^\s*</.test(string) ? -1 : string.slice(0, longestText).search(/[[{]\s*["{]/);
    if (start >= 0) {
      const outer = codes;
      if (string.slice(0, start).trim() !== "") codes = facts.quotedCodes ??= [];
      try {
        return visit(JSON.parse(string.slice(start, start + longestBody)));
      } catch {
        const pairs = string.slice(start, start + longestText).matchAll(/"(\w+)"\s*:\s*(?:"((?:[^"\\]|\\.)*)|(\d+))/g);
        visit(Object.fromEntries([...pairs].map(([, key, quoted, number]) => [key, quoted ?? Number(number)])));
      } finally {
        codes = outer;
      }
    }
    facts.text = `${facts.text}\n${string}`.slice(0, longestText);
  }
}

/** Returns the first code that is an HTTP error status. */
export function statusIn(codes: readonly string[]): number | undefined {
  return codes.filter((code) => /^[45]\d\d$/.test(code)).map(Number)[0];
}

function split(list: string): string[] {
  return list.split(" ");
}
