import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'

export interface HealthRoutesOptions {
  /** Whether a payment could be taken now: ledger reachable, migrations applied, not draining. */
  readonly isReady: () => Promise<boolean>
}

const Health = z
  .strictObject({
    status: z
      .enum(['live', 'ready', 'not_ready'])
      .meta({ description: 'What the instance says of itself.', examples: ['ready'] }),
  })
  .meta({ id: 'Health', description: 'What an orchestrator asks for.' })
const health = (description: string) => ({ description, content: { 'application/json': { schema: Health } } })

/** An orchestrator that is refused would take a healthy instance for a dead one. */
const config = { isUnlimited: true, isNeverShed: true }

/** Liveness asks nothing of any dependency: restarting the process would not mend a database. */
export async function healthRoutes(plain: FastifyInstance, { isReady }: HealthRoutesOptions) {
  const app = plain.withTypeProvider<ZodTypeProvider>()

  app.get(
    '/livez',
    {
      config,
      schema: {
        operationId: 'getLiveness',
        summary: 'Whether the process answers',
        description: 'Asks nothing of any dependency. Where it does not answer, restart the process.',
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
        description: 'Asks the ledger. Where it does not answer 200, send the instance no traffic.',
        security: [],
        tags: ['health'],
        response: {
          200: health('The ledger is reachable and migrated, and the instance is not shutting down.'),
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
