/**
 * OpenTelemetry: a span for each call and one for each attempt, with the events of all layers on the span of their call.
 *
 * Prints:
 *   attempt 503
 *   attempt 200
 *   attempt 200
 *   chat attempt retry attempt retry attempt body
 */
import { resilientFetch } from "@evenkeel/fetch";
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import OpenAI from "openai";
import { flakyProvider } from "./setup/flaky-provider.ts";

const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const tracer = trace.getTracer("example");

/** Runs `work` in a span. In a real application, OpenTelemetry's instrumentation of undici does that for the attempts. */
function traced<T>(name: string, work: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      const result = await work();
      if (result instanceof Response) span.setAttribute("http.response.status_code", result.status);
      return result;
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

await using provider = await flakyProvider("unavailable", "errorFirst");
const client = new OpenAI({
  baseURL: `${provider.url}/v1`,
  apiKey: "none",
  fetch: resilientFetch({
    fetch: (input, init) => traced("attempt", () => fetch(input, init)),
    emit: ({ type, attempt }) => trace.getActiveSpan()?.addEvent(type, { attempt }),
  }),
  maxRetries: 0,
});

// Around the whole stream and not just the request: what breaks a stream comes after its response.
await traced("chat", async () => {
  const messages = [{ role: "user" as const, content: "What keeps a boat upright?" }];
  const stream = await client.chat.completions.create({ model: "gpt-5-mini", messages, stream: true });
  for await (const chunk of stream) void chunk;
});

for (const { name, attributes, events } of exporter.getFinishedSpans()) {
  console.log(name, ...Object.values(attributes), ...events.map((event) => event.name));
}
