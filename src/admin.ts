import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Metrics } from './metrics/create-metrics.ts'
import { problemDetailsPlugin } from './plugins/problem-details.ts'
import { requestShapePlugin } from './plugins/request-shape.ts'
import { healthRoutes } from './routes/health.ts'
import { metricsRoute } from './routes/metrics.ts'
import { listenerOptions, serverOptions } from './server-options.ts'

export interface AdminDependencies {
  readonly logger: FastifyBaseLogger
  readonly metrics: Pick<Metrics, 'contentType' | 'scrape'>
  readonly isReady: () => Promise<boolean>
}

/**
 * Builds the listener for those who run the service: metrics, and the probes once more for whoever may reach only
 * this port. Nothing here is authenticated, so it belongs behind the firewall that the public one is in front of.
 */
export async function buildAdmin({ logger, metrics, isReady }: AdminDependencies): Promise<FastifyInstance> {
  const admin = Fastify({ ...serverOptions, http: listenerOptions, loggerInstance: logger })
  admin.setValidatorCompiler(validatorCompiler)
  admin.setSerializerCompiler(serializerCompiler)
  await admin.register(problemDetailsPlugin)
  await admin.register(requestShapePlugin)
  await admin.register(metricsRoute, { metrics })
  await admin.register(healthRoutes, { isReady })
  return admin
}
