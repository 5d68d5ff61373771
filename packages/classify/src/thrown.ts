/** Reads what was thrown: the chain of causes, the network's failures in it, and where the answer came from. */
import { networkOutcome } from "./network.ts";
import { property } from "./property.ts";
import type { OutcomeOf } from "./table.ts";

/** Returns the error and what it was caused by, the outermost first: bounded, and each once. */
export function chainOf(error: unknown): readonly unknown[] {
  const chain = [error];
  for (let index = 0; index < chain.length && index < 16; index++) {
    const node = chain[index];
    if (typeof node !== "object" || node === null) continue;
    const errors = property(node, "errors");
    const causes = [
      property(node, "cause"),
      property(node, "lastError"),
      ...[0, 1, 2, 3].map((each) => property(errors, each)),
    ];
    chain.push(...causes.filter((cause) => cause !== undefined && cause !== null && !chain.includes(cause)));
  }
  return chain;
}

/** Returns what the errors mean if the network failed, a limit of time passed or somebody cancelled. */
export function networkFailure(chain: readonly unknown[]): OutcomeOf | undefined {
  return networkOutcome(chain.map(codesOf).join("\n"), chain.map(messageOf).join("\n"));
}

function codesOf(error: unknown): string {
  const unwritten = property(property(error, "socket"), "bytesWritten") === 0;
  return [
    property(error, "name"),
    property(property(error, "constructor"), "name"),
    property(error, "type"),
    property(error, "retryable") === true && "retryable",
    property(error, "code"),
    // Where not a byte was written, it was as good as never connected.
    unwritten ? "connect" : (property(error, "syscall") ?? property(error, "event")),
  ]
    .filter((word) => typeof word === "string")
    .join(" ")
    .slice(0, 200);
}

/** URLs are left out: a path may spell anything. */
function messageOf(error: unknown): string {
  const message = property(error, "message");
  return typeof message === "string" ? message.slice(0, 1_000).replaceAll(/\w+:\/\/\S+/g, "") : "";
}

/** Returns the absolute URL that an error carries, in the places where clients keep it. */
export function urlOf(error: unknown): string | undefined {
  const config = property(error, "config");
  const places = [
    error,
    property(error, "response"),
    property(error, "request"),
    property(error, "httpRequest"),
    property(error, "options"),
    config,
  ];
  const urls = [...places.map((place) => property(place, "url")), property(config, "baseURL")];
  return urls
    .map((url) => (url instanceof URL ? url.href : url))
    .find((url) => typeof url === "string" && hostOf(url)) as string | undefined;
}

/** Returns the host of an absolute URL in lower case, with a port that is not the scheme's own; "" where there is none. */
export function hostOf(url: unknown): string {
  const [, host = ""] = /^https?:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(typeof url === "string" ? url : "") ?? [];
  return host.toLowerCase().replace(/:(80|443)$/, "");
}
