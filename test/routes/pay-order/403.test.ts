import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test.each(['', 'payments:read', 'orders:any', 'payments:write:all'])(
  'a token with the scope "%s" may not pay',
  async (scope) => {
    const { sandbox, call } = await startTillgate()
    const token = await callerToken({ customer_id: 11, scope })
    const answer = await call.pay(createOrder(sandbox), cardPayment(), { token })
    expect(answer.body).toMatchObject({ status: 403, code: 'insufficient_scope' })
    expect(sandbox.requests()).toEqual([])
  },
)
