import type { FastifyInstance } from 'fastify'
import type { Answer } from '../answer.ts'
import { answerThroughFaults } from '../faults/answer-through-faults.ts'
import { platformError } from '../platform-error.ts'
import type { Runtime } from '../runtime.ts'
import { type Checkout, orderOf } from '../state/checkouts.ts'
import type { World } from '../world.ts'
import { isOpen, shownCheckout } from './checkout-view.ts'

type CheckoutRoute = { Params: { id: string } }

const reads = { config: { scopes: ['store_checkout', 'store_checkout_read_only'] } } as const
const writes = { config: { scopes: ['store_checkout'] } } as const

export function checkoutRoutes(app: FastifyInstance, runtime: Runtime): void {
  app.get<CheckoutRoute>('/v3/checkouts/:id', reads, async ({ params }, reply) => {
    const { world } = runtime
    return answerThroughFaults({
      runtime,
      world,
      reply,
      operation: 'checkout',
      checkoutId: params.id,
      act: async ({ pause }) => {
        await pause()
        return answerFor(world, params.id, (checkout) => ({ data: shownCheckout(world, checkout), meta: {} }))
      },
    })
  })

  app.post<CheckoutRoute>('/v3/checkouts/:id/orders', writes, async ({ params }, reply) => {
    const { world } = runtime
    return answerThroughFaults({
      runtime,
      world,
      reply,
      operation: 'checkout_orders',
      checkoutId: params.id,
      act: async ({ pause, charging }) => {
        await pause()
        return makingOf(world, params.id, charging?.showsAfterMs)
      },
    })
  })
}

function makingOf(world: World, id: string, listLagMs = world.settings.orders_list_lag_ms): Answer {
  const refused = refusalOf(world.checkouts.find(id))
  if (refused !== undefined) return platformError('/v3/', 422, refused)
  return answerFor(world, id, (checkout) => {
    const order = world.orders.create(orderOf(checkout), listLagMs)
    const making = { orderId: order.id, at: world.now(), by: 'request' } as const
    world.checkouts.addMaking(checkout.id, making, world.settings.making_touches_cart)
    return { data: { id: order.id }, meta: {} }
  })
}

function refusalOf(checkout: Checkout | undefined): string | undefined {
  if (checkout?.has_billing_address === false) return 'The checkout has no billing address.'
  return checkout?.has_stock === false ? 'A product of the cart is out of stock.' : undefined
}

function answerFor(world: World, id: string, bodyOf: (checkout: Checkout) => object): Answer {
  const checkout = world.checkouts.find(id)
  if (!checkout || !isOpen(world, checkout)) {
    return platformError('/v3/', 404, 'The checkout was not found.')
  }
  return { status: 200, body: bodyOf(checkout) }
}
