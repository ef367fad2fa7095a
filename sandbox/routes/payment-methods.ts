import type { FastifyInstance } from 'fastify'
import type { Answer } from '../answer.ts'
import { answerThroughFaults } from '../faults/answer-through-faults.ts'
import { offeredGateways } from '../payments/offered-gateways.ts'
import { refusal } from '../refusal.ts'
import type { Runtime } from '../runtime.ts'
import { orderOf } from '../state/checkouts.ts'
import type { Order } from '../state/order.ts'
import { isPayable } from '../state/order-standing.ts'
import type { World } from '../world.ts'
import { isOpen } from './checkout-view.ts'
import { paymentMethodView } from './payment-method-view.ts'

type Query = { order_id?: string; checkout_id?: string }

const route = { config: { scopes: ['store_payments_methods_read'] } } as const

export function paymentMethodsRoute(app: FastifyInstance, runtime: Runtime): void {
  app.get<{ Querystring: Query }>('/v3/payments/methods', route, async (request, reply) => {
    const { world } = runtime
    const { query } = request
    const orderId = query.order_id === undefined ? undefined : Number(query.order_id)
    return answerThroughFaults({
      runtime,
      world,
      reply,
      operation: 'methods',
      orderId,
      checkoutId: query.checkout_id,
      act: async ({ pause }) => {
        await pause()
        return listFor(world, query)
      },
    })
  })
}

function listFor(world: World, query: Query): Answer {
  const { order_id: orderId, checkout_id: checkoutId } = query
  if (orderId !== undefined && !/^[1-9]\d*$/.test(orderId)) return missingOrder()
  if (orderId !== undefined) return methodsOf(world, world.orders.find(Number(orderId)))
  if (checkoutId === undefined) return missingOrder()
  const checkout = world.checkouts.find(checkoutId)
  if (checkout && isOpen(world, checkout)) return methodsOf(world, world.orders.draft(orderOf(checkout)))
  return methodsOf(world, world.orders.ofCart(checkoutId).at(0))
}

function methodsOf(world: World, order: Order | undefined): Answer {
  if (!order || order.isDeleted) return refusal(30003)
  if (!isPayable(order, world.now(), world.settings)) return refusal(30101)
  const data = offeredGateways(world, order).map((gateway) =>
    world.oddFields.shown('method', gateway.id, paymentMethodView(world, order, gateway)),
  )
  return { status: 200, body: { data, meta: {} } }
}

const missingOrder = () => refusal(10001, { errors: { order_id: 'order_id or checkout_id is required' } })
