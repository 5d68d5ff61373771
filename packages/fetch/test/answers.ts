/** Responses that tests make by hand. */

/** A fetch that answers from memory. */
export type Fetch = typeof globalThis.fetch;

export function json(value: unknown, init: ResponseInit = {}): Response {
  return Response.json(value, init);
}

export const whole = {
  id: "1",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
};

export function chunk(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
}

export const done = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;

/** A stream that a test feeds by hand. */
export interface Feed {
  readonly response: Response;
  send(text: string): void;
  end(): void;
  fail(error: unknown): void;
  /** What the reader cancelled it with. */
  readonly cancelled: Promise<unknown>;
}

export function feed(init: ResponseInit = {}): Feed {
  const encoder = new TextEncoder();
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let isCancelled = false;
  let cancel!: (reason: unknown) => void;
  const cancelled = new Promise<unknown>((resolve) => (cancel = resolve));
  const body = new ReadableStream<Uint8Array>({
    start: (own) => void (controller = own),
    cancel(reason) {
      isCancelled = true;
      cancel(reason);
    },
  });
  return {
    response: new Response(body, { headers: { "content-type": "text/event-stream" }, ...init }),
    send(text) {
      if (!isCancelled) controller.enqueue(encoder.encode(text)); // what comes after that goes nowhere
    },
    end: () => controller.close(),
    fail: (error) => controller.error(error),
    cancelled,
  };
}

export const chatUrl = "https://api.openai.com/v1/chat/completions";

export const post: RequestInit = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ model: "mock", messages: [] }),
};
