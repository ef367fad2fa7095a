import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Answer } from '../answer.ts'
import { answerThroughFaults } from '../faults/answer-through-faults.ts'
import { refusal } from '../refusal.ts'
import type { Runtime } from '../runtime.ts'
import { isPayable, standingOf } from '../state/order-standing.ts'
import type { World } from '../world.ts'

const BodySchema = z.looseObject({
  order: z.looseObject({ id: z.int().min(1), is_recurring: z.boolean().optional() }),
})

const route = { config: { scopes: ['store_payments_access_token_create'] } } as const

type Wanted = z.output<typeof BodySchema>['order']

export function accessTokenRoute(app: FastifyInstance, runtime: Runtime): void {
  app.post('/v3/payments/access_tokens', route, async (request, reply) => {
    const { world } = runtime
    const parsed = BodySchema.safeParse(request.body)
    return answerThroughFaults({
      runtime,
      world,
      reply,
      operation: 'access_tokens',
      orderId: parsed.data?.order.id,
      act: async ({ pause }) => {
        await pause()
        return parsed.success ? issueFor(world, parsed.data.order) : invalidOrder()
      },
    })
  })
}

async function issueFor(
  world: World,
  { id: orderId, is_recurring: isRecurring = false }: Wanted,
): Promise<Answer> {
  const order = world.orders.find(orderId)
  if (!order || order.isDeleted) return refusal(30003)
  if (!isPayable(order, world.now(), world.settings)) return refusal(30101)
  if (!world.settings.access_tokens) return refusal(30100)
  const id = await world.accessTokens.issue({
    orderId,
    amount: standingOf(order, world.now()).remaining,
    currency: order.currency,
    isRecurring,
    claimIds: world.settings.claim_ids,
  })
  return { status: 201, body: { data: { id }, meta: {} } }
}

const invalidOrder = () => refusal(10001, { errors: { 'order.id': 'must be a whole number of 1 or more' } })
