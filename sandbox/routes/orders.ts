import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { Answer } from '../answer.ts'
import { sendAnswer } from '../answer.ts'
import { answerThroughFaults } from '../faults/answer-through-faults.ts'
import { platformError } from '../platform-error.ts'
import type { Runtime } from '../runtime.ts'
import type { Order } from '../state/order.ts'
import { OrderEditSchema, OrderInputSchema } from '../state/order-input.ts'
import type { World } from '../world.ts'
import { shownOrder } from './order-view.ts'

type OrderRoute = { Params: { id: string } }

const writes = { config: { scopes: ['store_v2_orders'] } } as const
const reads = { config: { scopes: ['store_v2_orders', 'store_v2_orders_read_only'] } } as const

export function orderRoutes(app: FastifyInstance, runtime: Runtime): void {
  app.post('/v2/orders', writes, async (request, reply) => {
    const { world } = runtime
    const parsed = OrderInputSchema.safeParse(request.body)
    return sendAnswer(
      reply,
      parsed.success ? shown(world.orders.create(parsed.data), world, 201) : invalid(parsed.error),
    )
  })

  app.get<OrderRoute>('/v2/orders/:id', reads, async (request, reply) => {
    const { world } = runtime
    const id = Number(request.params.id)
    return answerThroughFaults({
      runtime,
      world,
      reply,
      operation: 'order',
      orderId: id,
      act: async ({ pause }) => {
        await pause()
        const order = world.orders.find(id)
        const isGone = order?.isDeleted && world.settings.archived_orders === 'gone'
        return order && !isGone ? shown(order, world) : notFound()
      },
    })
  })

  app.put<OrderRoute>('/v2/orders/:id', writes, async (request, reply) => {
    const { world } = runtime
    const parsed = OrderEditSchema.safeParse(request.body)
    if (!parsed.success) return sendAnswer(reply, invalid(parsed.error))
    const order = world.orders.find(Number(request.params.id))
    return sendAnswer(reply, order ? shown(world.orders.edit(order.id, parsed.data), world) : notFound())
  })

  app.delete<OrderRoute>('/v2/orders/:id', writes, async (request, reply) => {
    const order = runtime.world.orders.find(Number(request.params.id))
    if (!order) return sendAnswer(reply, notFound())
    runtime.world.orders.archive(order.id)
    return sendAnswer(reply, { status: 204 })
  })

  orderPartRoute(app, runtime, 'products', (order) => order.input.products)
  orderPartRoute(app, runtime, 'shipping_addresses', (order) => order.input.shipping_addresses ?? [])
}

function orderPartRoute(
  app: FastifyInstance,
  runtime: Runtime,
  name: string,
  partsOf: (order: Order) => readonly object[],
): void {
  app.get<OrderRoute>(`/v2/orders/:id/${name}`, reads, async (request, reply) => {
    const order = runtime.world.orders.find(Number(request.params.id))
    if (!order) return sendAnswer(reply, notFound())
    const parts = partsOf(order).map((part, index) => ({ id: index + 1, order_id: order.id, ...part }))
    return sendAnswer(reply, parts.length === 0 ? { status: 204 } : { status: 200, body: parts })
  })
}

const shown = (order: Order, world: World, status = 200): Answer => ({
  status,
  body: shownOrder(world, order),
})

const notFound = () => platformError('/v2/orders', 404, 'The requested resource was not found.')

const invalid = ({ issues }: z.ZodError): Answer => ({
  status: 400,
  body: issues.map(({ path, message }) => ({
    status: 400,
    message: `The field '${path.join('.') || 'order'}' is invalid.`,
    details: { invalid_reason: message },
  })),
})
