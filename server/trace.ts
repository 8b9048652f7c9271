/**
 * OpenTelemetry traces: sent where OTEL_EXPORTER_OTLP_ENDPOINT says, as OTLP over HTTP. Where it is not set, nothing of OpenTelemetry
 * is loaded and every function here only does the work it is given.
 */

import type { Attributes, Span } from "@opentelemetry/api";
import { logger } from "./log.ts";

/** W3C Trace Context, as headers or as fields of a message. */
export type TraceContext = Record<string, string>;

interface Tracing {
  span<T>(name: string, attributes: Attributes, from: TraceContext | undefined, work: () => T): T;
  context(): TraceContext;
  stop(): Promise<void>;
}

// A bundler may evaluate this module several times in one process; there is one tracer.
const shared = globalThis as { honeTracing?: Tracing };

/**
 * Begins to trace, once per process and before anything else it does.
 * @param service such as "hone-web"; OTEL_SERVICE_NAME goes before it
 * @returns sends what is left and stops
 */
export async function startTracing(service: string): Promise<() => Promise<void>> {
  if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT && !process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)
    return () => Promise.resolve();
  shared.honeTracing ??= await openTracing(process.env.OTEL_SERVICE_NAME || service);
  logger("trace").info({ service, to: process.env.OTEL_EXPORTER_OTLP_ENDPOINT }, "traces are sent");
  return shared.honeTracing.stop;
}

async function openTracing(service: string): Promise<Tracing> {
  const [api, sdk, { OTLPTraceExporter }, { defaultResource, resourceFromAttributes }] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace-node"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  // The exporter reads OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS itself.
  // Next would make a trace of every look at the inference process's health.
  process.env.NEXT_OTEL_FETCH_DISABLED ??= "1";
  const provider = new sdk.NodeTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ "service.name": service })),
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  const tracer = provider.getTracer("hone");
  const run = <T>(span: Span, work: () => T): T => {
    const failed = (error: unknown) => {
      span.recordException(error as Error);
      span.setStatus({ code: api.SpanStatusCode.ERROR });
    };
    let result: T;
    try {
      result = api.context.with(api.trace.setSpan(api.context.active(), span), work);
    } catch (error) {
      failed(error);
      span.end();
      throw error;
    }
    if (!(result instanceof Promise)) {
      span.end();
      return result;
    }
    return result
      .catch((error) => {
        failed(error);
        throw error;
      })
      .finally(() => span.end()) as T;
  };
  return {
    span: (name, attributes, from, work) => {
      const parent = from ? api.propagation.extract(api.context.active(), from) : api.context.active();
      return api.context.with(parent, () => run(tracer.startSpan(name, { attributes }), work));
    },
    context: () => {
      const carrier: TraceContext = {};
      api.propagation.inject(api.context.active(), carrier);
      return carrier;
    },
    stop: () => provider.shutdown(),
  };
}

/**
 * Does the work within a span: a promise's span lasts until it settles, and a failure is noted in it.
 * @param from of another process that asked for it; left out, the span is part of what is being done here
 */
export function inSpan<T>(name: string, attributes: Attributes, work: () => T, from?: TraceContext): T {
  return shared.honeTracing ? shared.honeTracing.span(name, attributes, from, work) : work();
}

/** What another process needs to go on with the trace; undefined where nothing is traced. */
export const traceContext = (): TraceContext | undefined => shared.honeTracing?.context();
