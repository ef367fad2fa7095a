import { setTimeout as sleep } from 'node:timers/promises'
import { FastifyOtelInstrumentation } from '@fastify/otel'
import { context, propagation } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { FastifyPluginCallback } from 'fastify'
import { allowedSpan } from './allowed-span.ts'
import { createUpstreamRoute } from './upstream-route.ts'

export interface Tracing {
  /** To be registered before everything else. */
  readonly plugin: FastifyPluginCallback
  /** Sends what is left, for as long as one may wait for that. */
  stop(): Promise<void>
}

export interface TracingOptions {
  readonly version: string
  /** Bases of BigCommerce's hosts, whose paths are known. */
  readonly upstreamUrls: readonly string[]
}

/** A collector that is away must not hold up the end of a process. */
const stopMsMax = 2_000

/** A UUID, as ours are: what else a caller may write in a request id is not passed on. */
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const probes = /^\/(livez|readyz)(\?|$)/

/** Traces requests and the calls on BigCommerce they make. Endpoint, headers and sampling are OpenTelemetry's own variables. */
export function startTracing({ version, upstreamUrls }: TracingOptions): Tracing {
  const upstreamRoute = createUpstreamRoute(upstreamUrls)
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'tillgate', 'service.version': version }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [new BatchSpanProcessor(allowedOnly(new OTLPTraceExporter()))],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  // The trace and nothing else: baggage would carry what callers write on to BigCommerce.
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())

  const fastify = new FastifyOtelInstrumentation({
    instrumentHooks: false,
    recordExceptions: false,
    ignorePaths: ({ url }) => probes.test(url),
    requestHook(span, { method, routeOptions, id }) {
      span.updateName(`${method} ${routeOptions.url ?? 'none'}`)
      if (uuid.test(id)) span.setAttribute('tillgate.request_id', id)
    },
  })
  const undici = new UndiciInstrumentation({
    requestHook(span, request) {
      const route = upstreamRoute(request.origin, request.path)
      span.updateName(`${request.method} ${route ?? new URL(request.origin).host}`)
      if (route !== null) span.setAttribute('url.template', route)
      const correlationId = headerOf(request.headers, 'x-correlation-id')
      if (correlationId !== null) span.setAttribute('tillgate.correlation_id', correlationId)
    },
  })
  for (const instrumentation of [fastify, undici]) instrumentation.setTracerProvider(provider)

  return {
    plugin: fastify.plugin(),
    async stop() {
      await Promise.race([provider.shutdown().catch(() => {}), sleep(stopMsMax, undefined, { ref: false })])
    },
  }
}

const allowedOnly = (exporter: SpanExporter): SpanExporter => ({
  export: (spans, done) => exporter.export(spans.map(allowedSpan), done),
  shutdown: () => exporter.shutdown(),
})

/** undici gives names and values by turns. */
function headerOf(headers: unknown, name: string): string | null {
  if (!Array.isArray(headers)) return null
  const value: unknown = headers[headers.indexOf(name) + 1]
  return headers.includes(name) && typeof value === 'string' ? value : null
}
