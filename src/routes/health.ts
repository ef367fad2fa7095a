import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'

export interface HealthRoutesOptions {
  /** Whether the instance can take a payment now: ledger reachable, migrations applied, not draining. */
  readonly isReady: () => Promise<boolean>
}

const Health = z
  .strictObject({
    status: z
      .enum(['live', 'ready', 'not_ready'])
      .meta({ description: 'The state of the instance.', examples: ['ready'] }),
  })
  .meta({ id: 'Health', description: 'The answer to a probe.' })
const health = (description: string) => ({ description, content: { 'application/json': { schema: Health } } })

/** An orchestrator whose probe is refused would take a healthy instance for a dead one. */
const config = { isUnlimited: true, isNeverShed: true }

/** Liveness does not depend on the ledger: restarting the process would not repair a database. */
export async function healthRoutes(plain: FastifyInstance, { isReady }: HealthRoutesOptions) {
  const app = plain.withTypeProvider<ZodTypeProvider>()

  app.get(
    '/livez',
    {
      config,
      schema: {
        operationId: 'getLiveness',
        summary: 'Whether the process answers',
        description:
          'Does not depend on the ledger or on BigCommerce. If it does not answer, restart the process.',
        security: [],
        tags: ['health'],
        response: { 200: health('The process answers.') },
        'x-examples': { responses: { 200: { live: { summary: 'It does', value: { status: 'live' } } } } },
      },
    },
    async () => ({ status: 'live' as const }),
  )

  app.get(
    '/readyz',
    {
      config,
      schema: {
        operationId: 'getReadiness',
        summary: 'Whether the instance takes payments',
        description:
          'Asks the ledger, and knows whether BigCommerce refuses the token of the store. Unless it answers 200, send this instance no traffic.',
        security: [],
        tags: ['health'],
        response: {
          200: health(
            'The ledger is reachable and migrated, the token of the store is not refused, and the instance is not shutting down.',
          ),
          503: health('Send no traffic here for now.'),
        },
        'x-examples': {
          responses: {
            200: { ready: { summary: 'It does', value: { status: 'ready' } } },
            503: { not_ready: { summary: 'It does not, for now', value: { status: 'not_ready' } } },
          },
        },
      },
    },
    async (_request, reply) => {
      if (await isReady()) return { status: 'ready' as const }
      return reply.code(503).send({ status: 'not_ready' as const })
    },
  )
}
