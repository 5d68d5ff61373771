/** Finds out which server a failure came from. */
import { property } from "./property.ts";

/** Returns the absolute URL in an error, looking in all the places where clients store it. */
export function urlOf(error: unknown): unknown {
  const holders = ["response", "request", "httpRequest", "options", "config"].map((key) => property(error, key));
  const urls = [error, ...holders].flatMap((holder) => [property(holder, "url"), property(holder, "baseURL")]);
  return urls.map((url) => property(url, "href") ?? url).find(hostOf);
}

/** Returns the host of an absolute URL in lower case, with any port except 80 and 443; "" for anything else. */
export function hostOf(url: unknown): string {
  if (typeof url !== "string") return "";
  const host = /^https?:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(url)?.[1];
  return host?.toLowerCase().replace(/:(80|443)$/, "") ?? "";
}
