import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type Answer, sendAnswer } from '../answer.ts'
import { capture, refund, refundQuote, voidAuthorization } from '../payments/payment-actions.ts'
import { platformError } from '../platform-error.ts'
import type { Runtime } from '../runtime.ts'
import type { Order } from '../state/order.ts'
import type { World } from '../world.ts'

const RefundSchema = z.looseObject({ payments: z.array(z.looseObject({ amount: z.number() })).min(1) })

const ACTIONS: Readonly<Record<string, (world: World, order: Order, body: unknown) => Answer>> = {
  capture,
  void: voidAuthorization,
  refund_quotes: refundQuote,
  refunds(world, order, body) {
    const parsed = RefundSchema.safeParse(body)
    if (!parsed.success) return platformError('/v3/', 422, 'payments is required.')
    return refund(
      world,
      order,
      parsed.data.payments.reduce((total, { amount }) => total + amount, 0),
    )
  },
}

const route = { config: { scopes: ['store_v2_orders', 'store_v2_transactions'] } } as const

export function paymentActionRoutes(app: FastifyInstance, runtime: Runtime): void {
  for (const [name, act] of Object.entries(ACTIONS)) {
    app.post<{ Params: { id: string } }>(
      `/v3/orders/:id/payment_actions/${name}`,
      route,
      async (request, reply) => {
        const { world } = runtime
        const order = world.orders.find(Number(request.params.id))
        if (!order) return sendAnswer(reply, platformError('/v3/', 404, 'The order was not found.'))
        return sendAnswer(reply, act(world, order, request.body))
      },
    )
  }
}
