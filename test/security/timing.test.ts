import { randomInt, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'

/** Far less than BigCommerce's own answers differ from one to the next. */
const upstreamMs = () => 2 + randomInt(7)
const samples = 120
/** Five times what chance makes of so many samples of two alike. */
const chanceMax = 0.18

const nowhere = 999_999
const ROUTES = {
  methods: (id: number) => ({ path: `/orders/${id}/payment-methods` }),
  pay: (id: number) => ({
    path: `/orders/${id}/pay`,
    method: 'POST' as const,
    body: cardPayment(),
    headers: { 'idempotency-key': randomUUID() },
  }),
  payments: (id: number) => ({ path: `/orders/${id}/payments` }),
}

/** How likely one of `a` took longer than one of `b`: a half where they cannot be told apart. */
function likelihoodOfLonger(a: readonly number[], b: readonly number[]): number {
  const longer = a.reduce((sum, one) => sum + b.filter((other) => one > other).length, 0)
  return longer / (a.length * b.length)
}

test.each(Object.entries(ROUTES))(
  "%s: how long it takes does not tell another's order from one that is not there",
  { timeout: 60_000 },
  async (_name, route) => {
    const { sandbox, call } = await startTillgate()
    const theirs = createOrder(sandbox, { customer_id: 12 })
    // With something in the ledger that could be looked up first.
    await call.pay(theirs, cardPayment(), { token: await callerToken({ customer_id: 12 }) })
    const token = await callerToken({ customer_id: 11 })

    const timed = async (id: number) => {
      const delay_ms = upstreamMs()
      sandbox.faults.clear()
      for (const operation of ['order', 'methods', 'access_tokens'] as const)
        await sandbox.faults.add({ operation, kind: 'latency', delay_ms })
      const { path, ...options } = route(id)
      const before = performance.now()
      const { status } = await call(path, { token, ...options })
      const took = performance.now() - before
      expect(status).toBe(404)
      return took
    }
    const taken: Record<'theirs' | 'nowhere', number[]> = { theirs: [], nowhere: [] }
    for (let turn = 0; turn < samples; turn++) {
      taken.theirs.push(await timed(theirs))
      taken.nowhere.push(await timed(nowhere))
    }
    expect(Math.abs(likelihoodOfLonger(taken.theirs, taken.nowhere) - 0.5)).toBeLessThan(chanceMax)
  },
)
