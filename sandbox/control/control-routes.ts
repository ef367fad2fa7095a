import type { FastifyInstance } from 'fastify'
import { InvalidInput } from '../checked-input.ts'
import type { FaultInput } from '../faults/fault.ts'
import type { ElsewhereInput } from '../payments/pay-elsewhere.ts'
import type { CheckoutEdit, CheckoutInput } from '../state/checkouts.ts'
import type { ClockChange } from '../state/clock.ts'
import type { OddFieldsInput } from '../state/odd-fields.ts'
import type { SettingsChange } from '../state/settings.ts'
import type { WebhookInput } from '../webhooks/webhook.ts'
import type { TransactionsInput } from './add-transactions.ts'
import type { MakeOrderInput } from './checkouts.ts'
import type { Control } from './control.ts'

/** No credentials: the sandbox listens on the loopback address unless it is told otherwise. */
export function controlRoutes(app: FastifyInstance, control: Control): void {
  app.get('/health', async () => ({ status: 'ok' }))
  app.get('/charges', async () => ({ data: control.charges() }))
  app.get('/requests', async () => ({ data: control.requests() }))
  app.get('/stats', async () => ({ data: control.stats() }))

  app.get('/faults', async () => ({ data: control.faults.list() }))
  app.post('/faults', async (request, reply) => {
    const input = request.body as FaultInput
    refuseLockOut(input)
    const fault = await control.faults.add(input)
    return reply.code(201).send({ data: fault })
  })
  app.delete('/faults', async (_request, reply) => {
    await control.faults.clear()
    return reply.code(204).send()
  })

  app.post('/odd-fields', async (request, reply) => {
    control.oddFields.add(request.body as OddFieldsInput)
    return reply.code(204).send()
  })
  app.delete('/odd-fields', async (_request, reply) => {
    control.oddFields.clear()
    return reply.code(204).send()
  })
  app.post('/checkouts', async (request, reply) =>
    reply.code(201).send({ data: control.checkouts.create((request.body ?? {}) as CheckoutInput) }),
  )
  app.put<{ Params: { id: string } }>('/checkouts/:id', async (request) => ({
    data: control.checkouts.edit(request.params.id, request.body as CheckoutEdit),
  }))
  app.delete<{ Params: { id: string } }>('/checkouts/:id', async (request, reply) => {
    control.checkouts.drop(request.params.id)
    return reply.code(204).send()
  })
  app.get('/checkouts', async () => ({ data: control.checkouts.list() }))
  app.post<{ Params: { id: string } }>('/checkouts/:id/orders', async (request, reply) =>
    reply.code(201).send({
      data: control.checkouts.makeOrder(request.params.id, (request.body ?? {}) as MakeOrderInput),
    }),
  )
  app.post<{ Params: { id: string } }>('/orders/:id/pay', async (request, reply) => {
    const charge = control.orders.payElsewhere(
      Number(request.params.id),
      (request.body ?? {}) as ElsewhereInput,
    )
    return reply.code(201).send({ data: charge })
  })
  app.post('/transactions', async (request, reply) =>
    reply.code(201).send({ data: control.transactions.add(request.body as TransactionsInput) }),
  )

  app.get('/store', async () => ({ data: control.settings() }))
  app.post('/store', async (request) => ({ data: control.configure(request.body as SettingsChange) }))

  app.get('/clock', async () => ({ data: control.clock.report() }))
  app.post('/clock', async (request) => ({ data: control.clock.change(request.body as ClockChange) }))

  app.post('/webhooks', async (request) => ({
    data: await control.sendWebhook(request.body as WebhookInput),
  }))
  app.post('/reset', async (_request, reply) => {
    await control.reset()
    return reply.code(204).send()
  })
}

/** These routes are on the management host. Once it refuses connections, no HTTP call can bring it back. */
function refuseLockOut(input: FaultInput | undefined): void {
  if (input?.kind !== 'refuse' || input.operation === 'pay' || input.for_ms !== undefined) return
  throw new InvalidInput('Refusing connections to the management host needs for_ms.')
}
