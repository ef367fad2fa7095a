import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test('a body larger than any payment is refused before it is read', async () => {
  const { sandbox, call } = await startTillgate()
  const body = cardPayment({ cardholder_name: 'J'.repeat(17_000) })
  const answer = await call.pay(createOrder(sandbox), body, { token: await callerToken({ customer_id: 11 }) })
  expect(answer.body).toMatchObject({ status: 413, code: 'payload_too_large' })
})
