import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { ObserveRequest } from '../metrics/create-metrics.ts'

export interface RequestMetricsOptions {
  readonly observeRequest: ObserveRequest
}

/** Reports each answered request. Every unknown path is `none`, so that callers cannot create labels. */
async function requestMetrics(app: FastifyInstance, { observeRequest }: RequestMetricsOptions) {
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    observeRequest({ method, route: routeOptions.url ?? 'none', status: statusCode, durationMs: elapsedTime })
  })
}

export const requestMetricsPlugin = fp(requestMetrics, { name: 'request-metrics', fastify: '5.x' })
