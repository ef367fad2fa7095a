import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment, storedCardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const server = { sub: 'billing', scope: 'payments:read payments:write payments:recurring orders:any' }
const recurring = (body: object = storedCardPayment()) => ({
  ...body,
  is_recurring: true,
})
const order = { customer_id: 11 }

test('a server with both scopes pays without a shopper', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox, order)
  const paid = await call.pay(orderId, recurring(), { token: await callerToken(server) })
  expect([paid.status, paid.body.data?.status]).toEqual([201, 'success'])
})

test('BigCommerce is told so with the access token, and asks for no security code then', async () => {
  const { sandbox, call } = await startTillgate()
  const body = storedCardPayment({ verification_value: undefined })
  const token = await callerToken(server)
  const byShopper = await call.pay(createOrder(sandbox, order), body, { token })
  expect(byShopper.status).not.toBe(201)
  const paid = await call.pay(createOrder(sandbox, order), recurring(body), { token })
  expect([paid.status, paid.body.data?.status]).toEqual([201, 'success'])
})

describe('a token without the right is refused, before anything else is said', () => {
  test.each([
    ['of a shopper', { customer_id: 11 }],
    ['of a shopper who has both scopes', { customer_id: 11, scope: server.scope }],
    ['that names orders', { order_ids: [1], scope: server.scope }],
    ['of a server without the scope', { scope: 'payments:read payments:write orders:any' }],
    ['without orders:any', { customer_id: 11, scope: 'payments:write payments:recurring' }],
  ])('%s', async (_name, claims) => {
    const { sandbox, call } = await startTillgate()
    const token = await callerToken(claims)
    for (const body of [recurring(), recurring(cardPayment())]) {
      const answer = await call.pay(createOrder(sandbox, order), body, { token })
      expect(answer.body).toMatchObject({ status: 403, code: 'insufficient_scope' })
      expect(answer.body.detail).toMatch(/payments:recurring.*orders:any/)
    }
    expect(sandbox.requests()).toEqual([])
  })

  test('but not for saying that it is none', async () => {
    const { sandbox, call } = await startTillgate()
    const body = { ...cardPayment(), is_recurring: false }
    const token = await callerToken({ customer_id: 11 })
    expect((await call.pay(createOrder(sandbox), body, { token })).status).toBe(201)
  })
})

test.each([
  [
    'a card',
    cardPayment(),
    '/payment/instrument/type',
    'Must be stored_card or stored_paypal_account or stored_bank_account where is_recurring is true',
  ],
  [
    'a stored card to be saved',
    { payment: { ...storedCardPayment().payment, save_instrument: true } },
    '/payment/save_instrument',
    'Must be left out where is_recurring is true: it is stored already',
  ],
])('%s cannot be charged without a shopper', async (_name, body, pointer, detail) => {
  const { sandbox, call } = await startTillgate()
  const answer = await call.pay(createOrder(sandbox, order), recurring(body), {
    token: await callerToken(server),
  })
  expect(answer.body).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ pointer, detail }] })
  expect(sandbox.requests()).toEqual([])
})

test.each(['yes', 1, null])('is_recurring: %j is no answer to that question', async (value) => {
  const { sandbox, call } = await startTillgate()
  const body = { ...storedCardPayment(), is_recurring: value }
  const answer = await call.pay(createOrder(sandbox, order), body, { token: await callerToken(server) })
  expect(answer.body.errors).toEqual([{ pointer: '/is_recurring', detail: 'Must be true or false' }])
})

test('a key stands for a payment with a shopper or without one', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox, order)
  const caller = { token: await callerToken(server), key: randomUUID() }
  const first = await call.pay(orderId, recurring(), caller)
  const { is_recurring: _, ...without } = recurring()
  expect((await call.pay(orderId, without, caller)).body.code).toBe('idempotency_key_reused')
  expect((await call.pay(orderId, recurring(), caller)).text).toBe(first.text)
})

test("the card-testing limits of shoppers do not count it, and the order's do", async () => {
  const { sandbox, call } = await startTillgate({
    environment: { TRUST_PROXY: '127.0.0.1', VELOCITY_ADDRESS_DECLINES: '1', VELOCITY_ORDER_ATTEMPTS: '2' },
  })
  const decline = () => sandbox.faults.add({ operation: 'pay', kind: 'code', code: 30106, times: 1 } as never)
  const options = { token: await callerToken(server), headers: { 'x-forwarded-for': '203.0.113.9' } }
  const pay = async (orderId: number) => {
    await decline()
    return (await call.pay(orderId, recurring(), options)).body.code
  }
  for (let n = 0; n < 3; n++) expect(await pay(createOrder(sandbox, order))).toBe('payment_declined')
  const same = createOrder(sandbox, order)
  expect([await pay(same), await pay(same), await pay(same)]).toEqual([
    'payment_declined',
    'payment_declined',
    'velocity_blocked',
  ])
})

test('a checkout knows nothing of it', async () => {
  const { call } = await startTillgate({ environment: { CHECKOUT_PAYMENTS: 'true' } })
  const answer = await call(`/checkouts/${randomUUID()}/pay`, {
    method: 'POST',
    token: await callerToken(server),
    headers: { 'idempotency-key': randomUUID() },
    body: { ...recurring(), expected_amount: 100 },
  })
  expect(answer.body.errors).toEqual([{ pointer: '/is_recurring', detail: 'This field is not known' }])
})
