import { afterEach, describe, expect, test, vi } from 'vitest'
import { callerToken, serverToken } from '../../support/caller-token.ts'
import { createOrder, guideOrder, guideOrderAmount } from '../../support/orders.ts'
import { cardPayment, guideStoredCardToken, storedCardPayment } from '../../support/payments.ts'
import { startTillgate, type Tillgate } from '../../support/start-tillgate.ts'

describe("the payments in BigCommerce's own guide, word for word", () => {
  // The guide's cards expire in 2020.
  const guideTime = () => vi.useFakeTimers({ toFake: ['Date'], now: new Date('2020-03-02T12:00:00Z') })
  afterEach(() => void vi.useRealTimers())

  test('order 215 is paid by card: one charge, and a superset of the answer in the guide', async () => {
    guideTime()
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    expect(orderId).toBe(215)

    const body = {
      payment: {
        instrument: {
          type: 'card',
          number: '4242424242424242',
          cardholder_name: 'Jane Doe',
          expiry_month: 12,
          expiry_year: 2020,
          verification_value: '422',
        },
        payment_method_id: 'stripe.card',
      },
    }
    const answer = await call.pay(215, body, { token: await callerToken({ customer_id: 11 }) })

    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ data: { status: 'success', transaction_type: 'purchase' }, meta: {} })
    expect(sandbox.charges()).toMatchObject([{ order_id: 215, amount: guideOrderAmount, currency: 'USD' }])
    expect(sandbox.orders.get(215).status_id).toBe(11)
  })

  test('order 215 is paid by stored card, with its CVV where the guide once printed the last four digits', async () => {
    guideTime()
    const { sandbox, call } = await startTillgate()
    createOrder(sandbox)

    const answer = await call.pay(215, storedCardPayment(), { token: await callerToken({ customer_id: 11 }) })

    expect(answer.status).toBe(201)
    expect(answer.body.data).toMatchObject({ status: 'success', instrument_type: 'stored_card' })
    expect(sandbox.charges()).toMatchObject([
      { order_id: 215, instrument_type: 'stored_card', last_4: '4242' },
    ])
  })

  test('a card is stored while it pays, and the next list of methods shows it', async () => {
    guideTime()
    const { sandbox, call } = await startTillgate()
    const [first, second] = [createOrder(sandbox), createOrder(sandbox)]
    const token = await callerToken({ customer_id: 11 })
    const body = {
      payment: {
        instrument: {
          type: 'card',
          number: '4111111111111111',
          cardholder_name: 'BP',
          expiry_month: 12,
          expiry_year: 2020,
          verification_value: '411',
        },
        payment_method_id: 'authorizenet.card',
        save_instrument: true,
      },
    }

    expect((await call.pay(first, body, { token })).status).toBe(201)

    const { body: methods } = await call.methods(second, token)
    const authorizenet = methods.data.find(({ id }: { id: string }) => id === 'authorizenet.card')
    expect(authorizenet.stored_instruments).toContainEqual(
      expect.objectContaining({ issuer_identification_number: '411111', last_4: '1111' }),
    )
  })
})

describe('every instrument that BigCommerce takes', () => {
  const token = () => callerToken({ customer_id: 11 })

  test.each([
    ['a card', cardPayment()],
    ['a stored card', storedCardPayment()],
    [
      'a stored PayPal account',
      stored(
        'stored_paypal_account',
        '06e5caefd55b3026f154fcb6b07a69b8d159aed8f1264db156f670eb43687e6a',
        'braintree.paypal',
      ),
    ],
    [
      'a stored bank account',
      stored(
        'stored_bank_account',
        'ef20208105c43bbd13e1158a53c74d937efe5b0c2d4b07ac807168a3a1c8ea34',
        'braintree.ach',
      ),
    ],
    ['a tokenized card, its expiry as numbers', tokenized(12, 2031)],
    ['a tokenized card, its expiry as text', tokenized('12', '2031')],
    [
      'a gift certificate that covers all',
      {
        payment: {
          instrument: { type: 'gift_certificate', gift_certificate_code: 'SANDBOX-FULL' },
          payment_method_id: 'bigcommerce.gift_certificate',
        },
      },
    ],
  ])('%s pays the order with one charge', async (_name, body) => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)

    const answer = await call.pay(
      orderId,
      { ...body, expected_amount: guideOrderAmount },
      { token: await token() },
    )

    expect(answer.status).toBe(201)
    expect(answer.body.data).toMatchObject({ order_id: orderId, currency: 'USD' })
    expect(sandbox.charges()).toMatchObject([{ amount: guideOrderAmount }])
  })

  test('store credit and a gift certificate pay parts of the order, and a card the rest', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    const caller = { token: await token() }
    const legs = [
      { instrument: { type: 'store_credit' }, payment_method_id: 'bigcommerce.store_credit' },
      {
        instrument: { type: 'gift_certificate', gift_certificate_code: 'SANDBOX-PART' },
        payment_method_id: 'bigcommerce.gift_certificate',
      },
      cardPayment().payment,
    ]

    const told: (number | null)[] = []
    for (const payment of legs) {
      const { status, body } = await call.pay(orderId, { payment }, caller)
      expect(status).toBe(201)
      told.push(body.data.amount)
    }

    expect(sandbox.charges().map(({ amount }) => amount)).toEqual([2500, 2000, 1598])
    // BigCommerce does not say how much a part was, so neither do we.
    expect(told).toEqual([null, null, 1598])
    expect((await call.pay(orderId, cardPayment(), caller)).body.code).toBe('order_already_paid')
  })

  function stored(type: string, instrumentToken: string, payment_method_id: string) {
    return { payment: { instrument: { type, token: instrumentToken }, payment_method_id } }
  }

  function tokenized(expiration_month: number | string, expiration_year: number | string) {
    return {
      payment: {
        instrument: {
          type: 'tokenized_card',
          token: 'a1b2c3d4e5f6',
          iin: '424242',
          last_four_digits: '4242',
          expiration_month,
          expiration_year,
        },
        payment_method_id: 'bolt.card',
      },
    }
  }
})

describe('other successes', () => {
  test.each([
    [
      'an authorise-only gateway reserves the money',
      {},
      cardPayment({}, { payment_method_id: 'cybersource.card' }),
      'authorization',
      7,
    ],
    ['a digital order is complete at once', { order_is_digital: true }, cardPayment(), 'purchase', 10],
    ['an order held for review is paid', {}, cardPayment({ number: '4000000000009235' }), 'purchase', 12],
  ])('%s', async (_name, order, body, transactionType, statusId) => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox, order)

    const answer = await call.pay(orderId, body, { token: await callerToken({ order_ids: [orderId] }) })

    expect(answer.status).toBe(201)
    expect(answer.body.data.transaction_type).toBe(transactionType)
    expect(sandbox.orders.get(orderId).status_id).toBe(statusId)
  })

  test.each([
    ['JPY has no decimals', 'JPY', 1200, 1200],
    ['KWD has three', 'KWD', 12.345, 12345],
  ])('amounts are in the minor unit: %s', async (_name, currency, price, amount) => {
    const { sandbox, call } = await startTillgate()
    const products = [{ name: 'Poster', quantity: 1, price_inc_tax: price, price_ex_tax: price }]
    const orderId = createOrder(sandbox, {
      currency_code: currency,
      default_currency_code: currency,
      products,
    })
    const token = await callerToken({ customer_id: guideOrder.customer_id })

    const methods = await call.methods(orderId, token)
    const answer = await call.pay(orderId, { ...cardPayment(), expected_amount: amount }, { token })

    expect(methods.body.meta.order).toMatchObject({ amount, currency })
    expect(answer.body.data).toMatchObject({ amount, currency })
  })

  test('ids in the payment access token may be numbers', async () => {
    const { sandbox, call } = await startTillgate({ sandbox: { claimIds: 'number' } })
    const orderId = createOrder(sandbox)
    expect((await call.pay(orderId, cardPayment(), { token: await serverToken() })).status).toBe(201)
  })
})

describe('a repeated request', () => {
  test('gets the same bytes again, marked, without any call upstream', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    const caller = { token: await callerToken({ customer_id: 11 }), key: 'a-key-of-this-shopper' }
    const first = await call.pay(orderId, cardPayment(), caller)
    const calls = sandbox.requests().length

    const replay = await call.pay(orderId, cardPayment(), caller)

    expect([replay.status, replay.text]).toEqual([first.status, first.text])
    expect([first, replay].map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, 'true'])
    expect(sandbox.requests()).toHaveLength(calls)
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('may write the key in quotes, the members in another order, and another CVV', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    const token = await callerToken({ customer_id: 11 })
    await call.pay(orderId, cardPayment(), { token, key: 'a-key-of-this-shopper' })
    const { instrument, payment_method_id } = cardPayment({ verification_value: '999' }).payment
    const reordered = Object.fromEntries(Object.entries(instrument).reverse())

    const replay = await call.pay(
      orderId,
      { payment: { payment_method_id, instrument: reordered } },
      { token, key: '"a-key-of-this-shopper"' },
    )

    expect(replay.headers['idempotent-replayed']).toBe('true')
  })
})

describe('what BigCommerce is sent', () => {
  test('each credential goes to its own host, one correlation id to all, and the documented headers', async () => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    await call.pay(orderId, cardPayment(), { token: await callerToken({ customer_id: 11 }) })

    const requests = sandbox.requests()
    expect(requests.map(({ host, method, path }) => `${host} ${method} ${path}`)).toEqual([
      `management GET /stores/${sandbox.storeHash}/v2/orders/${orderId}`,
      `management POST /stores/${sandbox.storeHash}/v3/payments/access_tokens`,
      `payments POST /stores/${sandbox.storeHash}/payments`,
    ])
    const [order, mint, charge] = requests.map(({ headers }) => headers)
    expect(charge).toMatchObject({
      accept: 'application/vnd.bc.v1+json',
      authorization: expect.stringMatching(/^PAT /),
    })
    expect(charge).not.toHaveProperty('x-auth-token')
    expect([order, mint].map((headers) => headers?.authorization)).toEqual([undefined, undefined])
    expect(new Set(requests.map(({ headers }) => headers['x-correlation-id'])).size).toBe(1)
    for (const { headers } of requests) expect(headers['user-agent']).toMatch(/^Tillgate\/\d/)
    expect(sandbox.stats().violations).toEqual([])
  })

  test('without the checkout fence a token bound to the order needs no order read: one management call, then the charge', async () => {
    const { sandbox, call } = await startTillgate({ environment: { CHECKOUT_FENCE: 'false' } })
    const orderId = createOrder(sandbox)
    await call.pay(orderId, cardPayment(), { token: await callerToken({ order_ids: [orderId] }) })
    expect(sandbox.requests().map(({ method }) => method)).toEqual(['POST', 'POST'])
  })

  test("the shopper's address is passed on only where BigCommerce has issued a secret for it", async () => {
    const { sandbox, call } = await startTillgate({
      environment: { BIGCOMMERCE_TRUSTED_PROXY_SECRET: 'issued-by-support', TRUST_PROXY: 'loopback' },
    })
    const orderId = createOrder(sandbox)
    const headers = { 'x-forwarded-for': '198.51.100.7' }
    await call.pay(orderId, cardPayment(), { token: await serverToken(), headers })
    for (const request of sandbox.requests()) expect(request.headers['true-client-ip']).toBe('198.51.100.7')
  })
})

test('the stored card of the guide is the one that the methods list shows', async () => {
  const { sandbox, call } = await startTillgate()
  const { body } = await call.methods(createOrder(sandbox), await callerToken({ customer_id: 11 }))
  const stripe = body.data.find(({ id }: { id: string }) => id === 'stripe.card')
  expect(stripe.stored_instruments[0].token).toBe(guideStoredCardToken)
})

describe("a customer's payment", () => {
  const mints = ({ sandbox }: Tillgate) =>
    sandbox.requests().filter(({ path }) => path.endsWith('/access_tokens'))

  test('has its access token made while the order is read, which saves a round trip', async () => {
    const tillgate = await startTillgate()
    const { sandbox, call } = tillgate
    await sandbox.faults.add({ operation: 'order', kind: 'latency', delay_ms: 1_000, times: 1 })
    const paying = call.pay(createOrder(sandbox), cardPayment(), {
      token: await callerToken({ customer_id: 11 }),
    })
    await expect.poll(() => mints(tillgate).length, { timeout: 900 }).toBe(1)
    expect((await paying).status).toBe(201)
    expect(mints(tillgate)).toHaveLength(1)
  })

  test('has it made after the order was read when more than half of the quota is used up', async () => {
    const tillgate = await startTillgate()
    const { sandbox, call } = tillgate
    sandbox.configure({ management_quota: { limit: 8, window_ms: 60_000 } })
    const orderId = createOrder(sandbox)
    const token = await callerToken({ customer_id: 11 })
    for (let listing = 0; listing < 2; listing++) await call.methods(orderId, token)
    await sandbox.faults.add({ operation: 'order', kind: 'latency', delay_ms: 500, times: 1 })
    expect((await call.pay(orderId, cardPayment(), { token })).status).toBe(201)
    const read = sandbox.requests().findLast(({ path }) => path.includes('/v2/orders/'))
    expect((mints(tillgate)[0]?.at ?? 0) - (read?.at ?? 0)).toBeGreaterThanOrEqual(490)
  })
})

test('for a guest a card is paid and not stored, and each answer to the key says so', async () => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox, { customer_id: 0 })
  const caller = { token: await callerToken({ order_ids: [orderId] }), key: 'the-key-of-this-payment' }
  const body = cardPayment({}, { save_instrument: true })
  const [first, again] = [await call.pay(orderId, body, caller), await call.pay(orderId, body, caller)]
  for (const answer of [first, again]) {
    expect(answer.body).toMatchObject({ data: { status: 'success' }, meta: { instrument_saved: false } })
    expect(answer.body.meta.instrument_saved_detail).toContain('customer_id')
  }
  expect(sandbox.charges()).toHaveLength(1)
})

test.each([
  ['a method whose id has a blank', 'bnz.credit card', {}],
  ['a method whose id has 80 characters', `x.${'a'.repeat(78)}`, {}],
])('%s reaches BigCommerce as it was listed', async (_what, payment_method_id, changes) => {
  const { sandbox, call } = await startTillgate()
  const orderId = createOrder(sandbox)
  const token = await callerToken({ order_ids: [orderId] })
  const answer = await call.pay(orderId, cardPayment(changes, { payment_method_id }), { token })
  // The sandbox offers no such method.
  expect(answer.status).toBe(422)
  expect(sandbox.requests().filter(({ host }) => host === 'payments')).toHaveLength(1)
})
