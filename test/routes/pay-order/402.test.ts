import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })
const declined = cardPayment({ number: '4000000000009995' })

test('a decline is final for its key: the same bytes again, marked, and no second try', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  const caller = { token: await token, key: 'the-key-of-this-payment' }

  const first = await call.pay(orderId, declined, caller)
  const replay = await call.pay(orderId, declined, caller)

  expect(first.body).toMatchObject({
    status: 402,
    code: 'payment_declined',
    bigcommerce_code: 30106,
    retry: 'new_key',
    detail: 'Insufficient funds. Nothing was charged.',
  })
  expect([replay.status, replay.text]).toEqual([first.status, first.text])
  expect(replay.headers['idempotent-replayed']).toBe('true')
  expect(replay.headers['content-type']).toContain('application/problem+json')
  expect(sandbox.requests().filter(({ host }) => host === 'payments')).toHaveLength(1)
})

test('after a decline another card with a new key pays the order', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  expect((await call.pay(orderId, declined, { token: await token })).status).toBe(402)
  expect((await call.pay(orderId, cardPayment(), { token: await token })).status).toBe(201)
  expect(sandbox.charges()).toHaveLength(1)
})
