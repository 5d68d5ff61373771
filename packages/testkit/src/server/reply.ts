/** Responses as sequences of steps, so that any step can go wrong. */

/** An action between the bytes of a body. */
export type Action =
  /** Sends the status and the headers now, rather than with the first bytes. */
  | { readonly do: "headers" }
  /** Waits `ms` milliseconds: 0 for one turn of the event loop, `Infinity` until the connection is closed. */
  | { readonly do: "pause"; readonly ms: number }
  /** Resets the connection (RST). */
  | { readonly do: "reset" }
  /** Closes the connection (FIN) in the middle: a chunked body lacks its last chunk, a body with a length its rest. */
  | { readonly do: "cut" }
  /** Writes bytes directly to the socket, bypassing HTTP. */
  | { readonly do: "raw"; readonly bytes: string };

/** Bytes of the body, or an action between them. The body ends properly after the last step. */
export type Step = string | Uint8Array | Action;

/** A response. Actions before the first bytes happen before the headers are sent. */
export interface Reply {
  /** @default 200 */
  readonly status?: number | undefined;
  /** A list is sent as several headers. If two names differ only in case, the last one counts. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly body: Iterable<Step> | AsyncIterable<Step>;
}

/** Sends the headers now, rather than with the first bytes. */
export const headers: Action = { do: "headers" };
/** Sends nothing more, and keeps the connection open. */
export const stall: Action = { do: "pause", ms: Infinity };
/** Resets the connection (RST). */
export const reset: Action = { do: "reset" };
/** Closes the connection (FIN) before the body has ended. */
export const cut: Action = { do: "cut" };

/** Waits `ms` milliseconds: 0 for one turn of the event loop, `Infinity` until the connection is closed. */
export function pause(ms: number): Action {
  return { do: "pause", ms };
}

/** Writes bytes directly to the socket, bypassing HTTP, for invalid responses. */
export function raw(bytes: string): Action {
  return { do: "raw", bytes };
}

/** Tells whether a step is bytes, rather than an action. */
export function isBytes(step: Step): step is string | Uint8Array {
  return typeof step === "string" || step instanceof Uint8Array;
}

/** Returns bytes as text. */
export function textOf(bytes: string | Uint8Array): string {
  return typeof bytes === "string" ? bytes : Buffer.from(bytes).toString();
}

/** Answers with JSON. */
export function json(value: unknown, { status = 200, headers = {} }: Omit<Reply, "body"> = {}): Reply {
  return { status, headers: { "content-type": "application/json", ...headers }, body: [JSON.stringify(value)] };
}

/** Answers with an HTML page, as a proxy in front of the provider does (nginx, in this case). */
export function html(status: number, title: string): Reply {
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { "content-type": "text/html" }, body: [page] };
}
