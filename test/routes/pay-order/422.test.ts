import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment, storedCardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })

test('a key that belongs to another request is refused, and the first record stays as it was', async () => {
  const { sandbox, call } = await startTillgate()
  const [orderId, otherOrderId] = [createOrder(sandbox), createOrder(sandbox)]
  const caller = { token: await token, key: 'the-key-of-this-payment' }
  const first = await call.pay(orderId, cardPayment(), caller)

  const others = [
    await call.pay(orderId, cardPayment({ number: '5555555555554444' }), caller),
    await call.pay(orderId, storedCardPayment(), caller),
    await call.pay(orderId, { ...cardPayment(), expected_amount: 6098 }, caller),
    await call.pay(otherOrderId, cardPayment(), caller),
  ]

  for (const { body } of others) {
    expect(body).toMatchObject({ status: 422, code: 'idempotency_key_reused', retry: 'new_key' })
  }
  const replay = await call.pay(orderId, cardPayment(), caller)
  expect([replay.status, replay.text]).toEqual([201, first.text])
  expect(sandbox.charges()).toHaveLength(1)
})

test('the same key of another principal is another key', async () => {
  const { sandbox, call } = await startTillgate()
  const [orderId, otherOrderId] = [createOrder(sandbox), createOrder(sandbox)]
  const key = 'the-key-of-this-payment'
  await call.pay(orderId, cardPayment(), { token: await token, key })
  const other = await callerToken({ customer_id: 11, sub: 'shopper-2' })
  expect((await call.pay(otherOrderId, cardPayment(), { token: other, key })).status).toBe(201)
  expect(sandbox.charges()).toHaveLength(2)
})
