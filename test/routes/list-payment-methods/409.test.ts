import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test('an order that is paid has no methods any more', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  const token = await callerToken({ customer_id: 11 })
  await call.pay(orderId, cardPayment(), { token })
  const answer = await call.methods(orderId, token)
  expect(answer.body).toMatchObject({ status: 409, code: 'order_not_payable', bigcommerce_code: 30101 })
})
