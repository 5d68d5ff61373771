/** Gathers what a response, a body, an event or an error says, wherever in it that stands. */
import { parseDuration, parseReset } from "./duration.ts";
import { header } from "./header.ts";
import { items, property } from "./property.ts";

/** What was found. */
export interface Facts {
  /** When they were gathered, in ms since the epoch: waits are counted from there. */
  readonly now: number;
  /** The HTTP status: the one that the body tells before the one that a gateway made of it. */
  status?: number | undefined;
  /** Codes, types and exception names, the most specific (the innermost) first. */
  readonly words: string[];
  /** Those that stand in JSON which a message quotes: it may be an answer from further behind, or what the user wrote. */
  quoted?: string[] | undefined;
  /** Messages, bounded. */
  text: string;
  /** Response headers, the outermost first. */
  readonly headers: object[];
  /** The wait in ms that the body asks for. */
  wait?: number | undefined;
}

/** Where envelopes keep the next one. Nothing else is entered: a body may echo what the user wrote. */
const envelopes = /* @__PURE__ */ keys(
  "lastError error errors body data response responseBody httpResponse rawResponse $response $metadata rawValue " +
    "detail details metadata innererror fault errorArgs violations raw",
);
const statuses = /* @__PURE__ */ keys("status statusCode status_code httpStatusCode http_status_code raw_status_code");
const codes = /* @__PURE__ */ keys(
  "error_code reason provider_code error_type limit_source quotaId quotaValue originalStatusCode code __type :exception-type " +
    "type status",
);
const wordHeaders = /* @__PURE__ */ keys("x-amzn-errortype x-ms-error-code cf-mitigated");
const messages = /* @__PURE__ */ keys("message msg errorMessage faultstring");
const durations = /* @__PURE__ */ keys("retryDelay quotaResetDelay");
const resets = /* @__PURE__ */ keys("estimated_time resets_in_seconds retry_after resets_at quotaResetTimeStamp");

/** How many characters of a body are read. */
export const longestBody = 65_536;
/** How many characters of prose are read. */
const longestText = 4_096;

/** Gathers the facts of anything. Never throws, and ends soon whatever it is given. */
export function gather(root: unknown, now: number): Facts {
  const facts: Facts = { now, words: [], text: "", headers: [] };
  let nodesLeft = 100;
  let words = facts.words;
  visit(root);
  for (const name of wordHeaders) say(header(facts.headers[0], name));
  facts.status = toldStatus(facts.words) ?? facts.status;
  return facts;

  function visit(node: unknown): void {
    if (typeof node === "string") return read(node);
    if (typeof node !== "object" || node === null || --nodesLeft < 0) return;
    const list = items(node);
    if (list) return list.forEach(visit);
    for (const key of statuses) {
      const value = property(node, key);
      if (typeof value === "number" && value >= 100 && value < 600) facts.status ??= value;
    }
    for (const key of ["headers", "responseHeaders"]) {
      const value = property(node, key);
      if (typeof value === "object" && value !== null) facts.headers.push(value);
    }
    for (const key of envelopes) visit(property(node, key));
    // A message may be the answer itself, as JSON: it goes before what a client made of it.
    for (const key of messages) visit(text(property(node, key)));
    for (const key of codes) say(property(node, key));
    // Amazon's exceptions bear their code as a name; the classes of other clients say no more than the status.
    const name = text(property(node, "name"));
    if (!name.endsWith("Error")) say(name);
    for (const key of durations) facts.wait ??= parseDuration(text(property(node, key)));
    for (const key of resets) facts.wait ??= parseReset(text(property(node, key)), now);
  }

  function say(word: unknown): void {
    // A quota for a day outweighs one for a minute, in whatever order they stand.
    const code = text(word).slice(0, 100);
    if (code) words[/PerDay/.test(code) ? "unshift" : "push"](code);
  }

  /** Reads JSON, also where it stands behind other words or was cut off; what is none is prose. */
  function read(string: string): void {
    const start = /^\s*</.test(string) ? -1 : string.slice(0, longestText).search(/[[{]\s*["{]/);
    if (start >= 0) {
      const outer = words;
      if (string.slice(0, start).trim() !== "") words = facts.quoted ??= [];
      try {
        return visit(JSON.parse(string.slice(start, start + longestBody)));
      } catch {
        const pairs = string.slice(start, start + longestText).matchAll(/"(\w+)"\s*:\s*(?:"((?:[^"\\]|\\.)*)|(\d+))/g);
        visit(Object.fromEntries([...pairs].map(([, key, quoted, number]) => [key, quoted ?? Number(number)])));
      } finally {
        words = outer;
      }
    }
    facts.text = `${facts.text}\n${string}`.slice(0, longestText);
  }
}

/** Returns the status that stands among the words. */
export function toldStatus(words: readonly string[]): number | undefined {
  return words.filter((word) => /^[45]\d\d$/.test(word)).map(Number)[0];
}

function keys(list: string): string[] {
  return list.split(" ");
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
