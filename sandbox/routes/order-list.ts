import type { FastifyInstance } from 'fastify'
import type { Answer } from '../answer.ts'
import { answerThroughFaults } from '../faults/answer-through-faults.ts'
import { pageOf } from '../pagination.ts'
import type { Runtime } from '../runtime.ts'
import type { Order } from '../state/order.ts'
import { standingOf } from '../state/order-standing.ts'
import { ORDER_FILTERS, type OrderFilter } from '../state/settings.ts'
import type { World } from '../world.ts'
import { shownOrder } from './order-view.ts'

type Query = Readonly<Record<string, string>>

const route = { config: { scopes: ['store_v2_orders', 'store_v2_orders_read_only'] } } as const

export function orderListRoute(app: FastifyInstance, runtime: Runtime): void {
  app.get<{ Querystring: Query }>('/v2/orders', route, async ({ query }, reply) => {
    const { world } = runtime
    return answerThroughFaults({
      runtime,
      world,
      reply,
      operation: 'orders',
      orderId: undefined,
      act: async ({ pause }) => {
        await pause()
        return listOf(world, query)
      },
    })
  })
}

const passes: Readonly<Record<OrderFilter, (order: Order, wanted: string, now: number) => boolean>> = {
  cart_id: (order, wanted) => order.input.cart_id?.toLowerCase() === wanted.toLowerCase(),
  customer_id: (order, wanted) => order.customerId === Number(wanted),
  email: (order, wanted) => order.input.billing_address.email === wanted,
  status_id: (order, wanted, now) => standingOf(order, now).statusId === Number(wanted),
  min_id: (order, wanted) => order.id >= Number(wanted),
  max_id: (order, wanted) => order.id <= Number(wanted),
  is_deleted: (order, wanted) => order.isDeleted === (wanted === 'true'),
}

/** A bare array, 204 when it is empty. Archived orders only where they are asked for. */
function listOf(world: World, query: Query): Answer {
  const asked: Query = { is_deleted: 'false', ...query }
  const filters = ORDER_FILTERS.filter(
    (name) => asked[name] !== undefined && !world.settings.orders_ignore.includes(name),
  )
  const found = world.orders
    .all()
    .filter((order) => filters.every((name) => passes[name](order, asked[name] ?? '', world.now())))
  const sorted = query.sort?.endsWith(':desc') ? found.toReversed() : found
  const { data } = pageOf(sorted, query, { perPage: 50, perPageMax: 250 })
  if (data.length === 0) return { status: 204 }
  return { status: 200, body: data.map((order) => shownOrder(world, order)) }
}
