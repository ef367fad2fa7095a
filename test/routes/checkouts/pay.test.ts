import { describe, expect, test } from 'vitest'
import { callerToken, serverToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'
import {
  checkoutToken,
  customerToken,
  makings,
  openCheckout,
  payCheckout,
  payment,
  startWithCheckouts,
} from './support.ts'

const key = 'the-key-of-this-payment'
const twice = [{ name: 'Poster', quantity: 2, price_inc_tax: 10, price_ex_tax: 9 }]

describe('a checkout', () => {
  test('is made an order and paid, once, whatever comes again', async () => {
    const tillgate = await startWithCheckouts()
    const { sandbox, call } = tillgate
    const id = openCheckout(tillgate)
    const token = await checkoutToken(id)

    const paid = await payCheckout(tillgate, id, { key })
    expect(paid.status).toBe(201)
    expect(paid.body.data).toMatchObject({ status: 'success', amount: 6098, order_id: 215 })

    const replayed = await payCheckout(tillgate, id, { key })
    expect([replayed.status, replayed.text]).toEqual([201, paid.text])
    expect(replayed.headers['idempotent-replayed']).toBe('true')
    const other = await payCheckout(tillgate, id, { key, body: payment({ expected_amount: 1 }) })
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])

    const again = await payCheckout(tillgate, id)
    expect([again.status, again.body.code]).toEqual([409, 'order_already_paid'])
    expect(again.body.payment_id).toBe(paid.body.data.id)
    expect(again.headers.location).toBe(`payments/${paid.body.data.id}`)
    const methods = await call(`/checkouts/${id}/payment-methods`, { token })
    expect(methods.body.code).toBe('order_already_paid')

    const { body: list } = await call(`/checkouts/${id}/payments`, { token })
    expect(list.data).toEqual([paid.body.data])
    const one = await call(`/checkouts/${id}/payments/${paid.body.data.id}`, { token })
    expect(one.body.data).toEqual(paid.body.data)
    expect((await call(`/orders/215/payments`, { token })).body.data).toEqual([paid.body.data])
    expect(sandbox.charges()).toHaveLength(1)
    expect(makings(tillgate)).toBe(1)
  })

  test('is another one for the same key and body', async () => {
    const tillgate = await startWithCheckouts()
    const ids = [openCheckout(tillgate), openCheckout(tillgate)]
    const token = await checkoutToken(...ids)
    const answers = []
    for (const id of ids) answers.push(await payCheckout(tillgate, id, { key, token }))
    expect(answers.map(({ status }) => status)).toEqual([201, 422])
  })

  test('is listed with what a payment would charge', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const { status, body } = await tillgate.call(`/checkouts/${id}/payment-methods`, {
      token: await customerToken,
    })
    expect(status).toBe(200)
    expect(body.meta).toEqual({ checkout: { id, amount: 6098, currency: 'USD', payable: true } })
    expect(body.data.find((method: { id: string }) => method.id === 'stripe.card')).toMatchObject({
      accepts: ['card', 'stored_card'],
      stored_instruments: [{ type: 'stored_card' }],
    })
    expect(makings(tillgate)).toBe(0)
  })

  test('is taken in whatever case its id is written', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const token = await checkoutToken(id.toUpperCase())
    expect((await payCheckout(tillgate, id.toUpperCase(), { token })).status).toBe(201)
    expect((await payCheckout(tillgate, id)).body.code).toBe('order_already_paid')
  })

  test('declined, is paid by another card: the order that is there is paid, not made again', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const declined = payment(cardPayment({ number: '4000000000009995' }))
    expect((await payCheckout(tillgate, id, { body: declined })).status).toBe(402)
    expect((await payCheckout(tillgate, id)).status).toBe(201)
    expect([makings(tillgate), tillgate.sandbox.charges().length]).toEqual([1, 1])
  })

  test('stores no card for a token that names no customer', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const body = payment(cardPayment({}, { save_instrument: true }))
    expect((await payCheckout(tillgate, id, { body })).body.meta).toMatchObject({ instrument_saved: false })
  })
})

describe('the amount', () => {
  test('has to be said', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const { status, body } = await payCheckout(tillgate, id, { body: cardPayment() })
    expect([status, body.errors[0].pointer]).toEqual([400, '/expected_amount'])
  })

  test('that is not the checkout’s makes no order, and the answer says which it is', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const { status, body } = await payCheckout(tillgate, id, { body: payment({ expected_amount: 6097 }) })
    expect([status, body]).toMatchObject([409, { code: 'amount_changed', amount: 6098, currency: 'USD' }])
    expect(makings(tillgate)).toBe(0)
  })

  test('of the order is what counts once it is made: it is told, and pays the order already made', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    tillgate.sandbox.oddFields.add({ what: 'checkout', id, set: { grand_total: 50 } })
    const first = await payCheckout(tillgate, id, { body: payment({ expected_amount: 5000 }) })
    expect(first.body).toMatchObject({ code: 'amount_changed', amount: 6098 })
    const { meta } = (await tillgate.call(`/checkouts/${id}/payment-methods`, { token: await customerToken }))
      .body
    expect(meta.checkout.amount).toBe(6098)
    expect((await payCheckout(tillgate, id)).status).toBe(201)
    expect(makings(tillgate)).toBe(1)
  })

  test('of nothing is not payable here', async () => {
    const tillgate = await startWithCheckouts()
    const free = [{ name: 'Poster', quantity: 1, price_inc_tax: 0, price_ex_tax: 0 }]
    const id = openCheckout(tillgate, { products: free })
    const { body } = await tillgate.call(`/checkouts/${id}/payment-methods`, { token: await customerToken })
    expect(body.meta.checkout).toMatchObject({ amount: 0, payable: false })
    expect((await payCheckout(tillgate, id)).body).toMatchObject({ code: 'order_not_payable' })
    expect(makings(tillgate)).toBe(0)
  })
})

test('an order that was made a moment ago and is not known yet is no order that is not there', async () => {
  const tillgate = await startWithCheckouts()
  const checkoutId = openCheckout(tillgate)
  await tillgate.sandbox.faults.add({ operation: 'access_tokens', kind: 'status', status: 404, times: 1 })
  expect(await payCheckout(tillgate, checkoutId, { key })).toMatchObject({
    status: 503,
    body: { code: 'upstream_unavailable', retry: 'same_key' },
  })
  expect(await payCheckout(tillgate, checkoutId, { key })).toMatchObject({ status: 201 })
  expect(makings(tillgate)).toBe(1)
})

test('an id that is none, however long, is a checkout that is not there', async () => {
  const { call } = await startWithCheckouts()
  const token = await callerToken({ scope: 'payments:read orders:any' })
  for (const id of ['x', 'a'.repeat(200), 'a'.repeat(8_000)])
    expect(await call(`/checkouts/${id}/payment-methods`, { token })).toMatchObject({
      status: 404,
      body: { code: 'checkout_not_found' },
    })
})

test('a cart that was edited is made another order, and the older one is not paid', async () => {
  const tillgate = await startWithCheckouts()
  const { sandbox } = tillgate
  const id = openCheckout(tillgate)
  const declined = payment(cardPayment({ number: '4000000000009995' }))
  await payCheckout(tillgate, id, { body: declined })
  sandbox.clock.change({ advance_ms: 2_000 })
  sandbox.checkouts.edit(id, { products: twice })
  expect((await payCheckout(tillgate, id)).body).toMatchObject({ code: 'amount_changed', amount: 2000 })
  const paid = await payCheckout(tillgate, id, { body: payment({ expected_amount: 2000 }) })
  expect([paid.status, paid.body.data.order_id]).toEqual([201, 216])
  expect(sandbox.charges()).toMatchObject([{ order_id: 216 }])
})

test.each([['checkout_not_ready', { has_billing_address: false }, 422]] as const)(
  'a checkout that lacks something is not ready: %s',
  async (code, change, status) => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate, change)
    const answer = await payCheckout(tillgate, id, { key })
    expect([answer.status, answer.body.code]).toEqual([status, code])
    tillgate.sandbox.checkouts.edit(id, { has_billing_address: true })
    expect((await payCheckout(tillgate, id, { key })).status).toBe(201)
  },
)

describe('who may pay it', () => {
  const missing = '00000000-0000-4000-8000-000000000000'
  const bytes = (text: string) => text.replace(/"request_id":"[^"]*"/, '')

  test('its customer, any token that names it, and a trusted server', async () => {
    const tillgate = await startWithCheckouts()
    for (const token of [await customerToken, await serverToken()])
      expect((await payCheckout(tillgate, openCheckout(tillgate), { token })).status).toBe(201)
  })

  test.each([
    ['another customer', callerToken({ customer_id: 12 })],
    ['a token for another checkout', checkoutToken('11111111-0000-4000-8000-000000000000')],
    ['a token for orders', callerToken({ order_ids: [215] })],
    ['a guest', callerToken({ customer_id: 0 })],
  ])('not %s: it is the same as one that is not there', async (_who, token) => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    for (const path of ['payment-methods', 'payments', 'payments/some-payment']) {
      const theirs = await tillgate.call(`/checkouts/${id}/${path}`, { token: await token })
      const none = await tillgate.call(`/checkouts/${missing}/${path}`, { token: await token })
      expect([theirs.status, theirs.body.code]).toEqual([404, 'checkout_not_found'])
      expect(bytes(theirs.text)).toBe(bytes(none.text))
    }
    const theirs = await payCheckout(tillgate, id, { token: await token })
    const none = await payCheckout(tillgate, missing, { token: await token })
    expect([theirs.status, bytes(theirs.text)]).toEqual([404, bytes(none.text)])
    expect(makings(tillgate)).toBe(0)
  })

  test.each(['215', 'not-a-checkout', `${missing}0`, '%00'])(
    'what is no id is not there, without a call: %s',
    async (id) => {
      const tillgate = await startWithCheckouts()
      const token = await serverToken()
      const answer = await tillgate.call(`/checkouts/${id}/payment-methods`, { token })
      expect([answer.status, answer.body.code]).toEqual([404, 'checkout_not_found'])
      expect((await payCheckout(tillgate, id, { token })).status).toBe(404)
      expect(tillgate.sandbox.requests()).toEqual([])
    },
  )

  test('a checkout that is gone is its paid order’s customer’s, and no one else’s', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    expect((await payCheckout(tillgate, id, { token: await serverToken() })).status).toBe(201)
    const ask = async (customerId: number) =>
      (await payCheckout(tillgate, id, { token: await callerToken({ customer_id: customerId }) })).body.code
    expect([await ask(11), await ask(12)]).toEqual(['order_already_paid', 'checkout_not_found'])
  })

  test('the token of a checkout opens its orders, and no others', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    await payCheckout(tillgate, id, { body: payment(cardPayment({ number: '4000000000009995' })) })
    const token = await checkoutToken(id)
    expect((await tillgate.call.pay(215, cardPayment(), { token })).status).toBe(201)
    const other = createOrder(tillgate.sandbox)
    expect((await tillgate.call.pay(other, cardPayment(), { token })).status).toBe(404)
    expect((await payCheckout(tillgate, id)).body.code).toBe('order_already_paid')
  })
})

describe('switched off', () => {
  test('there are no such operations, nor in the contract', async () => {
    const tillgate = await startTillgate()
    const id = openCheckout(tillgate)
    const { status, body } = await tillgate.call(`/checkouts/${id}/payment-methods`, {
      token: await serverToken(),
    })
    expect([status, body.code]).toEqual([404, 'route_not_found'])
    const { paths } = (await tillgate.call('/openapi.json')).body
    expect(Object.keys(paths).filter((path) => path.startsWith('/checkouts'))).toEqual([])
  })

  test('switched on, they are in the contract', async () => {
    const { call } = await startWithCheckouts()
    const { paths } = (await call('/openapi.json')).body
    expect(Object.keys(paths).filter((path) => path.startsWith('/checkouts'))).toHaveLength(4)
  })
})
