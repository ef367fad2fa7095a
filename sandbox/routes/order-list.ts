import type { FastifyInstance } from 'fastify'
import type { Answer } from '../answer.ts'
import { answerThroughFaults } from '../faults/answer-through-faults.ts'
import { type PageQuery, pageOf } from '../pagination.ts'
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
      checkoutId: query.cart_id,
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
  const { settings } = world
  const { orders_per_page: perPage, orders_ignore: ignored } = settings
  const asked: PageQuery = Object.fromEntries(
    Object.entries(query).filter(([name]) => !ignored.some((each) => each === name)),
  )
  const { data } = pageOf(sortedRows(world, query), asked, { perPage, perPageMax: 250 })
  if (data.length === 0 && settings.orders_empty === 'no_content') return { status: 204 }
  return { status: 200, body: data.map((order) => shownOrder(world, order)) }
}

function sortedRows(world: World, query: Query): Order[] {
  const rows = rowsFor(world, query)
  if (query.sort !== undefined) return query.sort.endsWith(':desc') ? rows.toReversed() : rows
  switch (world.settings.orders_order) {
    case 'newest_first':
      return rows.toReversed()
    case 'shifting':
      return world.orders.shifted(rows)
    default:
      return rows
  }
}

/** What fits, oldest first, and before it as many rows that do not fit as the store was told to show. */
function rowsFor({ orders, settings, now }: World, query: Query): Order[] {
  const asked: Query = { is_deleted: 'false', ...query }
  const filters = ORDER_FILTERS.filter(
    (name) => asked[name] !== undefined && !settings.orders_ignore.includes(name),
  )
  const isGone = (order: Order) => order.isDeleted && settings.archived_orders === 'gone'
  const listed = orders.all().filter((order) => order.listedAt <= now() && !isGone(order))
  const fits = (order: Order) => filters.every((name) => passes[name](order, asked[name] ?? '', now()))
  const [found, foreign] = [listed.filter(fits), listed.filter((order) => !fits(order))]
  return [...foreign.slice(0, settings.orders_foreign_rows), ...found]
}
