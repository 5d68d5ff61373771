/** What a server sends, written down step by step, so that any step can go wrong. */

/** Something that happens between the bytes of a body. */
export type Action =
  /** Sends the status and the headers now; they go with the first bytes otherwise. */
  | { readonly do: "headers" }
  /** Waits `ms` milliseconds: 0 one turn of the event loop, `Infinity` until the connection is gone. */
  | { readonly do: "pause"; readonly ms: number }
  /** Resets the connection (RST). */
  | { readonly do: "reset" }
  /** Closes the connection (FIN) where it stands: a chunked body lacks its last chunk, a counted one its rest. */
  | { readonly do: "cut" }
  /** Writes bytes to the socket past HTTP. */
  | { readonly do: "raw"; readonly bytes: string };

/** Bytes of the body, or something that happens between them. The body ends properly after the last step. */
export type Step = string | Uint8Array | Action;

/** An answer: what stands before the first bytes happens before the headers. */
export interface Reply {
  /** @default 200 */
  readonly status?: number | undefined;
  /** A list is sent as one header each. Of a name that stands there twice, in whichever letters, the last counts. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly body: Iterable<Step> | AsyncIterable<Step>;
}

/** Sends the headers now, ahead of the first bytes. */
export const headers: Action = { do: "headers" };
/** Sends nothing more, and keeps the connection open. */
export const stall: Action = { do: "pause", ms: Infinity };
/** Resets the connection (RST). */
export const reset: Action = { do: "reset" };
/** Closes the connection (FIN) before the body has ended. */
export const cut: Action = { do: "cut" };

/** Waits `ms` milliseconds: 0 one turn of the event loop, `Infinity` until the connection is gone. */
export function pause(ms: number): Action {
  return { do: "pause", ms };
}

/** Writes bytes to the socket past HTTP, for an answer that is none. */
export function raw(bytes: string): Action {
  return { do: "raw", bytes };
}

/** Tells bytes from actions. */
export function isBytes(step: Step): step is string | Uint8Array {
  return typeof step === "string" || step instanceof Uint8Array;
}

/** Answers with JSON. */
export function json(value: unknown, { status = 200, headers = {} }: Omit<Reply, "body"> = {}): Reply {
  return { status, headers: { "content-type": "application/json", ...headers }, body: [JSON.stringify(value)] };
}

/** Answers with the page of a proxy that stands before the provider, in nginx's form. */
export function html(status: number, title: string): Reply {
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { "content-type": "text/html" }, body: [page] };
}
