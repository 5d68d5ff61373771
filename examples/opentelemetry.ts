/**
 * OpenTelemetry: a span for each call and one for each attempt, with the events of all layers on the span of their call.
 *
 * Prints:
 *   attempt 503
 *   attempt 200
 *   attempt 200
 *   chat 200 attempt retry attempt retry attempt
 */
import { resilientFetch, type FetchFunction } from "@evenkeel/fetch";
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import OpenAI from "openai";
import { flakyProvider } from "./setup/flaky-provider.ts";

const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const tracer = trace.getTracer("example");

/** Makes a span of each request. In a real application, OpenTelemetry's instrumentation of undici does that for the attempts. */
function traced(name: string, send: FetchFunction): FetchFunction {
  return (input, init) =>
    tracer.startActiveSpan(name, async (span) => {
      try {
        const response = await send(input, init);
        span.setAttribute("http.response.status_code", response.status);
        return response;
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
const resilient = resilientFetch({
  fetch: traced("attempt", fetch),
  emit: ({ type, attempt }) => trace.getActiveSpan()?.addEvent(type, { attempt }),
});
const client = new OpenAI({
  baseURL: `${provider.url}/v1`,
  apiKey: "none",
  fetch: traced("chat", resilient),
  maxRetries: 0,
});

const messages = [{ role: "user" as const, content: "What keeps a boat upright?" }];
const stream = await client.chat.completions.create({ model: "gpt-5-mini", messages, stream: true });
for await (const chunk of stream) void chunk;

for (const { name, attributes, events } of exporter.getFinishedSpans()) {
  console.log(name, attributes["http.response.status_code"], ...events.map((event) => event.name));
}
