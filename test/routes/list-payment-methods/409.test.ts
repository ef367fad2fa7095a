import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test('an order that is paid has no methods any more', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  const token = await callerToken({ customer_id: 11 })
  const paid = await call.pay(orderId, cardPayment(), { token })
  const answer = await call.methods(orderId, token)
  const { id } = paid.body.data
  expect(answer.body).toMatchObject({ status: 409, code: 'order_already_paid', payment_id: id })
  expect(answer.headers.location).toBe(`payments/${id}`)
})

test('an order that was paid elsewhere names no payment', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox, { status_id: 11 })
  const answer = await call.methods(orderId, await callerToken({ customer_id: 11 }))
  expect(answer.body).toMatchObject({ status: 409, code: 'order_not_payable', bigcommerce_code: 30101 })
  expect(answer.body).not.toHaveProperty('payment_id')
})
