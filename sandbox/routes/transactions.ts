import type { FastifyInstance } from 'fastify'
import type { Answer } from '../answer.ts'
import { answerThroughFaults } from '../faults/answer-through-faults.ts'
import { platformError } from '../platform-error.ts'
import type { Runtime } from '../runtime.ts'
import type { World } from '../world.ts'
import { transactionView } from './transaction-view.ts'

const route = { config: { scopes: ['store_v2_transactions', 'store_v2_transactions_read_only'] } } as const

export function transactionsRoute(app: FastifyInstance, runtime: Runtime): void {
  app.get<{ Params: { id: string } }>('/v3/orders/:id/transactions', route, async (request, reply) => {
    const { world } = runtime
    const orderId = Number(request.params.id)
    return answerThroughFaults({
      runtime,
      world,
      reply,
      operation: 'transactions',
      orderId,
      act: async ({ pause }) => {
        await pause()
        return transactionsOf(world, orderId)
      },
    })
  })
}

function transactionsOf(world: World, orderId: number): Answer {
  if (!world.orders.find(orderId)) return platformError('/v3/', 404, 'The order was not found.')
  const data = world.transactions.visibleOf(orderId, world.settings.transaction_lag_ms).map(transactionView)
  if (data.length === 0) return { status: 204 }
  const total = data.length
  const pagination = { total, count: total, per_page: 50, current_page: 1, total_pages: 1 }
  return { status: 200, body: { data, meta: { pagination } } }
}
