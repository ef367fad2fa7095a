import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { paymentPathOf } from '../support/call-api.ts'
import { callerToken, serverToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })

test('the payments of an order are listed, newest first, each as it stands', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  await call.pay(orderId, cardPayment({ number: '4000000000009995' }), { token: await token })
  const paid = await call.pay(orderId, cardPayment(), { token: await token })

  const { status, body } = await call(`/orders/${orderId}/payments`, { token: await token })

  expect(status).toBe(200)
  expect(body.data.map((payment: { status: string }) => payment.status)).toEqual(['success', 'declined'])
  expect(body.data[0]).toEqual(paid.body.data)
  expect(body.data[1]).toMatchObject({ bigcommerce_code: 30106, amount: 6098, transaction_type: null })
})

test('an order without an attempt to pay it has none', async () => {
  const { sandbox, call } = await startTillgate()
  const { body } = await call(`/orders/${createOrder(sandbox)}/payments`, { token: await token })
  expect(body.data).toEqual([])
})

describe('where a 202 and a 409 point', () => {
  test('is the payment, which says not to pay again', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 1 })
    const unknown = await call.pay(orderId, cardPayment(), { token: await token })
    const fenced = await call.pay(orderId, cardPayment(), { token: await token })

    expect([unknown.status, fenced.status]).toEqual([202, 409])
    expect(fenced.headers.location).toBe(unknown.headers.location)
    const { body, headers } = await call(paymentPathOf(orderId, unknown), { token: await token })
    expect(body).toMatchObject({ data: { status: 'unknown' }, meta: { retry: 'after' } })
    expect(headers['retry-after']).toBe('2')
  })

  test('is the payment while it is in progress', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 500, times: 1 })
    const caller = { token: await token, key: randomUUID() }
    const paying = call.pay(orderId, cardPayment(), caller)
    await expect.poll(() => sandbox.requests().some(({ host }) => host === 'payments')).toBe(true)
    const running = await call.pay(orderId, cardPayment(), caller)
    expect(running.body.code).toBe('request_in_progress')
    const { body } = await call(paymentPathOf(orderId, running), { token: await token })
    expect(body.data.status).toBe('processing')
    await paying
  })
})

describe('who sees payments', () => {
  test("another customer's are answered like those of an order that is not there", async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox, { customer_id: 12 })
    const { body } = await call.pay(orderId, cardPayment(), { token: await callerToken({ customer_id: 12 }) })
    const options = { token: await token, headers: { 'x-request-id': 'the-same-request' } }

    const notYours = await call(`/orders/${orderId}/payments`, options)
    const notYourPayment = await call(`/orders/${orderId}/payments/${body.data.id}`, options)
    const notThere = await call('/orders/4711/payments', options)

    expect([notYours.status, notYours.body.code]).toEqual([404, 'order_not_found'])
    expect([notYours.text, notYourPayment.text]).toEqual([notThere.text, notThere.text])
  })

  test('a payment of another order is not found under this one', async () => {
    const { sandbox, call } = await startTillgate()
    const [orderId, other] = [createOrder(sandbox), createOrder(sandbox)]
    const { body } = await call.pay(orderId, cardPayment(), { token: await token })
    const answer = await call(`/orders/${other}/payments/${body.data.id}`, { token: await serverToken() })
    expect(answer.body).toMatchObject({ status: 404, code: 'payment_not_found' })
  })

  test('a customer who polls costs BigCommerce nothing: the ledger knows whose the payment is', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    await call.pay(orderId, cardPayment(), { token: await token })
    const calls = sandbox.requests().length
    expect((await call(`/orders/${orderId}/payments`, { token: await token })).status).toBe(200)
    expect(sandbox.requests()).toHaveLength(calls)
  })

  test('reading needs its scope', async () => {
    const { call } = await startTillgate()
    const writer = await callerToken({ customer_id: 11, scope: 'payments:write' })
    expect((await call('/orders/215/payments', { token: writer })).status).toBe(403)
    expect((await call('/orders/215/payments')).status).toBe(401)
  })
})
