/** Finds where an answer came from. */
import { property } from "./property.ts";

/** Returns the absolute URL that an error carries, in the places where clients keep it. */
export function urlOf(error: unknown): unknown {
  const holders = ["response", "request", "httpRequest", "options", "config"].map((key) => property(error, key));
  const urls = [error, ...holders].flatMap((holder) => [property(holder, "url"), property(holder, "baseURL")]);
  return urls.map((url) => property(url, "href") ?? url).find(hostOf);
}

/** Returns the host of an absolute URL in lower case, with a port that is not the scheme's own; "" where there is none. */
export function hostOf(url: unknown): string {
  if (typeof url !== "string") return "";
  const host = /^https?:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(url)?.[1];
  return host?.toLowerCase().replace(/:(80|443)$/, "") ?? "";
}
