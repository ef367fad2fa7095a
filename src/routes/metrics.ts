import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../metrics/create-metrics.ts'

export interface MetricsRouteOptions {
  readonly metrics: Pick<Metrics, 'contentType' | 'scrape'>
}

/** What Prometheus reads. Only ever on the admin listener: it says how much a store sells. */
export async function metricsRoute(app: FastifyInstance, { metrics }: MetricsRouteOptions) {
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.scrape()))
}
