import { setTimeout as sleep } from 'node:timers/promises'
import { FastifyOtelInstrumentation } from '@fastify/otel'
import { context, propagation, type TextMapPropagator } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { FastifyPluginCallback } from 'fastify'
import { holdsCardNumber } from '../domain/card-number.ts'
import { allowedSpan } from './allowed-span.ts'

export interface Tracing {
  /** To be registered before everything else. */
  readonly plugin: FastifyPluginCallback
  /** Sends the remaining spans, for two seconds at most. */
  stop(): Promise<void>
}

export interface TracingOptions {
  readonly version: string
  /** Bases of BigCommerce's hosts, whose paths are known. */
  readonly upstreamUrls: readonly string[]
}

/** A collector that does not answer must not hold up the end of the process. */
const stopMsMax = 2_000

/** As our own request ids are. Anything else in a request id came from the caller, and is not passed on. */
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const probes = /^\/(livez|readyz)(\?|$)/

/** Traces requests and their calls on BigCommerce. OpenTelemetry reads endpoint, headers and sampling from its own variables. */
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
  propagation.setGlobalPropagator(traceContext())

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

/** W3C trace context, which callers write: a header that holds a card number is left out. */
function traceContext(): TextMapPropagator {
  const w3c = new W3CTraceContextPropagator()
  return {
    fields: () => w3c.fields(),
    inject: (...given) => w3c.inject(...given),
    extract: (of, carrier, getter) =>
      w3c.extract(of, carrier, {
        keys: (headers) => getter.keys(headers),
        get(headers, name) {
          const value = getter.get(headers, name)
          return [value].flat().some((line) => line !== undefined && holdsCardNumber(line))
            ? undefined
            : value
        },
      }),
  }
}

const allowedOnly = (exporter: SpanExporter): SpanExporter => ({
  export: (spans, done) => exporter.export(spans.map(allowedSpan), done),
  shutdown: () => exporter.shutdown(),
})

/** undici gives names and values in turn. */
function headerOf(headers: unknown, name: string): string | null {
  if (!Array.isArray(headers)) return null
  const value: unknown = headers[headers.indexOf(name) + 1]
  return headers.includes(name) && typeof value === 'string' ? value : null
}

/** The path of a call on BigCommerce, without ids and query; null for other hosts, whose paths we do not know. */
function createUpstreamRoute(baseUrls: readonly string[]) {
  const origins = new Set(baseUrls.map((url) => new URL(url).origin))

  return function upstreamRoute(origin: string, pathAndQuery: string): string | null {
    if (!origins.has(origin)) return null
    const [path = ''] = pathAndQuery.split('?')
    return path.replace(/\/stores\/[^/]+/, '/stores/{store_hash}').replace(/\/\d+(?=\/|$)/g, '/{id}')
  }
}
