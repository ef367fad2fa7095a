import type { FastifyInstance } from 'fastify'
import type { Answer } from '../answer.ts'
import { answerThroughFaults } from '../faults/answer-through-faults.ts'
import { type PageQuery, pageOf } from '../pagination.ts'
import { platformError } from '../platform-error.ts'
import type { Runtime } from '../runtime.ts'
import type { World } from '../world.ts'
import { transactionView } from './transaction-view.ts'

type TransactionsRoute = { Params: { id: string }; Querystring: PageQuery }

const route = { config: { scopes: ['store_v2_transactions', 'store_v2_transactions_read_only'] } } as const

export function transactionsRoute(app: FastifyInstance, runtime: Runtime): void {
  app.get<TransactionsRoute>('/v3/orders/:id/transactions', route, async ({ params, query }, reply) => {
    const { world } = runtime
    const orderId = Number(params.id)
    return answerThroughFaults({
      runtime,
      world,
      reply,
      operation: 'transactions',
      orderId,
      act: async ({ pause }) => {
        await pause()
        return transactionsOf(world, orderId, query)
      },
    })
  })
}

/** The documented maximum of other V3 lists; for this one nothing is said. */
const perPageMax = 250

function transactionsOf(world: World, orderId: number, query: PageQuery): Answer {
  const { settings, transactions, oddFields } = world
  if (!world.orders.find(orderId)) return platformError('/v3/', 404, 'The order was not found.')
  const visible = transactions.visibleOf(orderId, settings.transaction_lag_ms)
  if (visible.length === 0) return { status: 204 }

  const orders = {
    oldest_first: () => visible,
    newest_first: () => visible.toReversed(),
    shifting: () => transactions.shifted(visible),
  }
  const ordered = orders[settings.transactions_order]()
  const obeyed = Object.entries(query).filter(
    ([name]) => !settings.transactions_ignore.some((ignored) => ignored === name),
  )
  const rule = { perPage: settings.transactions_per_page, perPageMax }
  const { data, pagination } = pageOf(ordered, Object.fromEntries(obeyed), rule)
  const shown = data.map((each) =>
    oddFields.shown('transaction', each.id, transactionView(each, settings.transactions_amounts)),
  )
  return { status: 200, body: { data: shown, meta: settings.transactions_pagination ? { pagination } : {} } }
}
