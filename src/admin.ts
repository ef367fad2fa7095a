import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Metrics } from './metrics/create-metrics.ts'
import { problemDetailsPlugin } from './plugins/problem-details.ts'
import { requestShapePlugin } from './plugins/receiving.ts'
import { validationPlugin } from './plugins/validation.ts'
import { type DeskRoutesOptions, deskRoutes } from './routes/desk/desk-routes.ts'
import { healthRoutes } from './routes/health.ts'
import { listenerOptions, serverOptions } from './server-options.ts'

export interface AdminDependencies {
  readonly logger: FastifyBaseLogger
  readonly metrics: Pick<Metrics, 'contentType' | 'scrape'>
  readonly isReady: () => Promise<boolean>
  /** What people who help shoppers look at. */
  readonly desk: DeskRoutesOptions
}

/**
 * Builds the listener for operators: metrics, which say how much a store sells, the desk's page, and the probes again for those who can
 * reach only this port. Nothing here is authenticated, so keep it behind your firewall.
 */
export async function buildAdmin({
  logger,
  metrics,
  isReady,
  desk,
}: AdminDependencies): Promise<FastifyInstance> {
  const admin = Fastify({ ...serverOptions, http: listenerOptions, loggerInstance: logger })
  await admin.register(problemDetailsPlugin)
  await admin.register(requestShapePlugin)
  await admin.register(validationPlugin)
  admin.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.scrape()),
  )
  await admin.register(healthRoutes, { isReady })
  await admin.register(deskRoutes, desk)
  return admin
}
