import type { FastifyInstance } from 'fastify'
import type { Answer } from '../answer.ts'
import { answerThroughFaults } from '../faults/answer-through-faults.ts'
import { platformError } from '../platform-error.ts'
import type { Runtime } from '../runtime.ts'
import { type Checkout, orderOf } from '../state/checkouts.ts'
import type { World } from '../world.ts'
import { checkoutView, isConverted } from './checkout-view.ts'

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
      orderId: undefined,
      act: async ({ pause }) => {
        await pause()
        return answerFor(world, params.id, (checkout) => ({ data: checkoutView(world, checkout), meta: {} }))
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
      orderId: undefined,
      act: async ({ pause }) => {
        await pause()
        if (world.checkouts.find(params.id)?.has_billing_address === false) {
          return platformError('/v3/', 422, 'The checkout has no billing address.')
        }
        return answerFor(world, params.id, (checkout) => ({
          data: { id: world.orders.create(orderOf(checkout)).id },
          meta: {},
        }))
      },
    })
  })
}

function answerFor(world: World, id: string, bodyOf: (checkout: Checkout) => object): Answer {
  const checkout = world.checkouts.find(id)
  if (!checkout || isConverted(world, checkout)) {
    return platformError('/v3/', 404, 'The checkout was not found.')
  }
  return { status: 200, body: bodyOf(checkout) }
}
