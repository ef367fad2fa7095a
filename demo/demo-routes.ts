import type { FastifyInstance } from 'fastify'
import type { Sandbox } from '../sandbox/start-sandbox.ts'

export interface DemoRoutesOptions {
  readonly sandbox: Pick<Sandbox, 'charges' | 'faults'>
  /** The order of the page when its URL names none. */
  readonly firstOrderId: () => number
}

type FaultInput = Parameters<Sandbox['faults']['add']>[0]
/** The order or the checkout whose next payment it is. */
type Target = { readonly order_id?: number; readonly checkout_id?: string }
type Fault = (target: Target) => FaultInput

/** Faults for the next payment. */
const FAULTS: Readonly<Record<string, Fault>> = {
  lost_answer: (target) => ({ operation: 'pay', kind: 'reset_after_charge', times: 1, ...target }),
  slow_answer: (target) => ({ operation: 'pay', kind: 'latency', delay_ms: 6_000, times: 1, ...target }),
  pending: (target) => ({ operation: 'pay', kind: 'pending', settle_ms: 5_000, times: 1, ...target }),
  unreachable: () => ({ operation: 'pay', kind: 'refuse', for_ms: 8_000 }),
}

/** Routes for the demo panel of the page, which is not part of the checkout. */
export async function demoRoutes(app: FastifyInstance, { sandbox, firstOrderId }: DemoRoutesOptions) {
  app.get('/demo/first-order', async () => ({ order_id: firstOrderId() }))

  app.get('/demo/charges', async () => ({ data: sandbox.charges() }))

  app.put<{ Body: ({ fault?: string } & Target) | null }>('/demo/fault', async (request, reply) => {
    const { fault = 'none', ...target } = request.body ?? {}
    const add = FAULTS[fault]
    if (!add && fault !== 'none') return reply.code(400).send({ detail: 'Unknown fault.' })
    await sandbox.faults.clear()
    if (add) await sandbox.faults.add(add(target))
    return reply.code(204).send()
  })
}
