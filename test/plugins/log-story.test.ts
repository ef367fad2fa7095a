import { expect, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate, type TillgateOptions } from '../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })

async function start(options: TillgateOptions = {}) {
  const { sandbox, call, log, ...rest } = await startTillgate(options)
  const orderId = createOrder(sandbox)
  const pay = async (body: unknown, key?: string) =>
    call.pay(orderId, body, { token: await token, ...(key ? { key } : {}) })
  /** What a grep for the order finds: of each line its event, and what it says about a payment. */
  const story = () =>
    log
      .filter((line) => line.includes(`"orderId":${orderId}`))
      .map((line) => JSON.parse(line))
      .map(({ msg, paymentId = null, code = null }) => ({ msg, paymentId, code }))
  return { sandbox, call, log, orderId, pay, story, ...rest }
}

test('one grep for an order tells of its declines, the payment, a second device and a stranger', async () => {
  const { pay, call, orderId, story } = await start()
  const declined = await pay(cardPayment({ number: '4000000000009995' }))
  const paid = await pay(cardPayment(), 'the-key-of-this-payment')
  await pay(cardPayment(), 'the-key-of-this-payment')
  await pay(cardPayment())
  const stranger = { token: await callerToken({ customer_id: 12 }) }
  await call(`/orders/${orderId}/payment-methods`, stranger)
  await call(`/orders/${orderId}/payments/${paid.body.data.id}`, { token: await token })
  const [first, second] = [declined.body.payment_id, paid.body.data.id]
  expect(first).not.toBe(second)
  expect(story()).toEqual([
    { msg: 'charge answered', paymentId: first, code: 'payment_declined' },
    { msg: 'request answered', paymentId: first, code: 'payment_declined' },
    { msg: 'charge answered', paymentId: second, code: null },
    { msg: 'request answered', paymentId: second, code: null },
    { msg: 'request answered', paymentId: second, code: null },
    { msg: 'request answered', paymentId: second, code: 'order_already_paid' },
    { msg: 'request answered', paymentId: null, code: 'order_not_found' },
    { msg: 'request answered', paymentId: second, code: null },
  ])
})

test('it tells why a payment was never sent, and of requests that were refused before anything else', async () => {
  const { sandbox, pay, call, orderId, story } = await start()
  await sandbox.faults.add({ operation: 'access_tokens', kind: 'status', status: 500, times: 2 })
  expect((await pay(cardPayment())).status).toBe(503)
  await call.pay(orderId, cardPayment(), {})
  await call.pay(orderId, {}, { token: await token })
  const paymentId = story()[0]?.paymentId
  expect(paymentId).toMatch(/^[\da-f-]{36}$/)
  expect(story()).toEqual([
    { msg: 'payment not sent', paymentId, code: 'upstream_unavailable' },
    { msg: 'request failed', paymentId: null, code: 'upstream_unavailable' },
    { msg: 'request answered', paymentId: null, code: 'upstream_unavailable' },
    { msg: 'request answered', paymentId: null, code: 'unauthenticated' },
    { msg: 'request answered', paymentId: null, code: 'invalid_request' },
  ])
})

test('it tells of a lost answer and of what reconciliation found', async () => {
  const { sandbox, pay, story } = await start({ reconciles: true })
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
  const { body } = await pay(cardPayment())
  const paymentId = body.data.id
  await expect.poll(() => story().length, { timeout: 10_000 }).toBe(4)
  expect(story()).toEqual([
    { msg: 'charge got no answer', paymentId, code: null },
    { msg: 'charge answered', paymentId, code: null },
    { msg: 'request answered', paymentId, code: null },
    { msg: 'payment reconciled', paymentId, code: null },
  ])
})

test('what a caller writes in the place of an order is not taken for one', async () => {
  const { call, log } = await start()
  for (const id of ['4242424242424242', '0x42', '-7', '1e3', '007'])
    await call(`/orders/${id}/payment-methods`, { token: await token })
  await call('/somewhere/215', {})
  expect(log.filter((line) => line.includes('request answered'))).toHaveLength(6)
  for (const line of log) {
    expect(line).not.toContain('"orderId"')
    expect(line).not.toContain('"refused"')
  }
})
