import { expect, test } from 'vitest'
import { createClock } from './support/clock.ts'
import { BANK_TOKEN, cardOf, GOOD_CARD, PAYPAL_TOKEN, STORED_VISA } from './support/instruments.ts'
import { openStore, type Payment } from './support/open-store.ts'

const gift = (code: string): Payment => ({
  payment_method_id: 'bigcommerce.gift_certificate',
  instrument: { type: 'gift_certificate', gift_certificate_code: code },
})
const CREDIT: Payment = {
  payment_method_id: 'bigcommerce.store_credit',
  instrument: { type: 'store_credit' },
}
const BOLT: Payment = {
  payment_method_id: 'bolt.card',
  instrument: { type: 'tokenized_card', token: 'abcdef123456', expiration_month: 3, expiration_year: 2030 },
}

test.each<{ name: string; payment: Payment; statusId: number; paymentStatus: string; kind: string }>([
  {
    name: 'a stored PayPal account',
    payment: {
      payment_method_id: 'braintree.paypal',
      instrument: { type: 'stored_paypal_account', token: PAYPAL_TOKEN },
    },
    statusId: 11,
    paymentStatus: 'captured',
    kind: 'purchase',
  },
  {
    name: 'a stored bank account',
    payment: {
      payment_method_id: 'braintree.ach',
      instrument: { type: 'stored_bank_account', token: BANK_TOKEN },
    },
    statusId: 11,
    paymentStatus: 'captured',
    kind: 'purchase',
  },
  { name: 'a tokenized card', payment: BOLT, statusId: 11, paymentStatus: 'captured', kind: 'purchase' },
  {
    name: 'an authorise-only gateway',
    payment: { payment_method_id: 'cybersource.card', instrument: GOOD_CARD },
    statusId: 7,
    paymentStatus: 'authorized',
    kind: 'authorization',
  },
  {
    name: 'a card held for review',
    payment: { payment_method_id: 'stripe.card', instrument: cardOf('4000000000009235') },
    statusId: 12,
    paymentStatus: 'held for review',
    kind: 'purchase',
  },
  {
    name: 'a gift certificate that covers everything',
    payment: gift('SANDBOX-FULL'),
    statusId: 11,
    paymentStatus: 'paid',
    kind: 'purchase',
  },
])(
  '$name leaves the order at status $statusId, $paymentStatus',
  async ({ payment, statusId, paymentStatus, kind }) => {
    const { sandbox, pay, order, transactions } = await openStore()
    const id = order()
    expect(await pay(id, payment)).toMatchObject({
      status: 201,
      body: { data: { status: 'success', transaction_type: kind } },
    })
    expect(sandbox.orders.get(id)).toMatchObject({ status_id: statusId, payment_status: paymentStatus })
    expect(sandbox.charges()).toMatchObject([
      { order_id: id, amount: 6098, currency: 'USD', state: 'charged' },
    ])
    expect((await transactions(id)).body.data).toMatchObject([
      { order_id: String(id), event: kind, status: 'ok', amount: 60.98, currency: 'USD' },
    ])
  },
)

test('a digital order is Completed once paid', async () => {
  const { sandbox, pay, order } = await openStore()
  const id = order({ order_is_digital: true })
  await pay(id)
  expect(sandbox.orders.get(id).status_id).toBe(10)
})

test('a part paid by gift certificate and credit leaves the rest payable, and the next token is for the rest', async () => {
  const { sandbox, pay, order, mint } = await openStore()
  const id = order()
  expect((await pay(id, gift('SANDBOX-PART'))).status).toBe(201)
  expect(sandbox.orders.get(id)).toMatchObject({ status_id: 1, gift_certificate_amount: '20.0000' })
  expect((await pay(id, CREDIT)).status).toBe(201)
  expect(sandbox.orders.get(id)).toMatchObject({ status_id: 1, store_credit_amount: '25.0000' })
  expect((await pay(id)).status).toBe(201)
  expect(sandbox.orders.get(id)).toMatchObject({ status_id: 11, total_inc_tax: '60.9800' })
  expect(sandbox.charges().map(({ amount }) => amount)).toEqual([2000, 2500, 1598])
  expect(await mint(id)).toBeUndefined()
})

test('a used-up gift certificate pays nothing', async () => {
  const { sandbox, pay, order } = await openStore()
  expect(await pay(order(), gift('SANDBOX-EMPTY'))).toMatchObject({ status: 422, body: { code: 30106 } })
  await pay(order(), gift('SANDBOX-PART'))
  expect(await pay(order(), gift('SANDBOX-PART'))).toMatchObject({ body: { code: 30106 } })
  expect(sandbox.charges()).toHaveLength(1)
})

test('store credit is not for guests and not for other currencies', async () => {
  const { pay, methods, order } = await openStore()
  for (const changes of [{ customer_id: 0 }, { default_currency_code: 'JPY' }]) {
    const id = order(changes)
    const ids = (await methods(id)).body.data.map((method) => method.id)
    expect(ids).not.toContain('bigcommerce.store_credit')
    expect(await pay(id, CREDIT)).toMatchObject({ status: 422, body: { code: 10001 } })
  }
})

test('methods are alphabetical and show the order’s customer’s own instruments; guests have none', async () => {
  const { methods, order } = await openStore()
  const mine = (await methods(order())).body.data
  expect(mine.map(({ id }) => id)).toEqual(mine.map(({ id }) => id).toSorted())
  expect(mine.find(({ id }) => id === 'stripe.card')).toMatchObject({
    supported_instruments: expect.arrayContaining([
      { instrument_type: 'STORED_CARD', verification_value_required: true },
    ]),
    stored_instruments: [
      {
        token: '050a1e5c982e5905288ec5ec33f292772762033a0704f46fccb16bf1940b51ef',
        expiry_month: 9,
        is_default: true,
      },
    ],
  })
  const guests = (await methods(order({ customer_id: undefined }))).body.data
  expect(guests.flatMap((method) => method.stored_instruments)).toEqual([])
})

test('a guest’s card is never stored', async () => {
  const { pay, methods, order } = await openStore()
  const guest = { customer_id: 0 }
  const payment = { payment_method_id: 'stripe.card', instrument: GOOD_CARD, save_instrument: true }
  expect((await pay(order(guest), payment)).status).toBe(201)
  const listed = (await methods(order(guest))).body.data
  expect(listed.flatMap((method) => method.stored_instruments)).toEqual([])
})

test('transactions are 204 while there are none, and appear after the lag that was asked for', async () => {
  const clock = createClock()
  const { sandbox, pay, order, transactions } = await openStore({ now: clock.now })
  sandbox.configure({ transaction_lag_ms: 30_000 })
  const id = order()
  await pay(id)
  expect((await transactions(id)).status).toBe(204)
  clock.advance(30_000)
  expect((await transactions(id)).body.data).toHaveLength(1)
})

test('with a lag on orders, a paid order still looks payable and can be charged again', async () => {
  const clock = createClock()
  const { sandbox, pay, order } = await openStore({ now: clock.now })
  sandbox.configure({ order_lag_ms: 2000 })
  const id = order()
  await pay(id)
  expect(sandbox.orders.get(id).status_id).toBe(0)
  expect((await pay(id)).status).toBe(201)
  expect(sandbox.charges()).toHaveLength(2)
  clock.advance(2000)
  expect(sandbox.orders.get(id).status_id).toBe(11)
})

test.each([
  { number: '4000000000202012', state: 'charged', statusId: 11, events: ['pending', 'purchase'] },
  { number: '4000000000202061', state: 'declined', statusId: 6, events: ['pending', 'purchase'] },
])('card $number is pending first and $state later', async ({ number, state, statusId, events }) => {
  const clock = createClock()
  const { sandbox, pay, order, transactions } = await openStore({ now: clock.now })
  const id = order()
  const reply = await pay(id, { payment_method_id: 'stripe.card', instrument: cardOf(number) })
  expect(reply).toMatchObject({ status: 201, body: { data: { status: 'pending' } } })
  clock.advance(5000)
  expect(sandbox.charges()).toMatchObject([{ state }])
  expect(sandbox.orders.get(id).status_id).toBe(statusId)
  expect((await transactions(id)).body.data.map((each) => (each as { event?: string }).event)).toEqual(events)
})

test.each([
  { why: 'the method is not offered', payment: { payment_method_id: 'cod', instrument: GOOD_CARD } },
  {
    why: 'the gateway takes stored cards only',
    payment: { payment_method_id: 'adyenv2.scheme', instrument: GOOD_CARD },
  },
  {
    why: 'the year has two digits',
    payment: { payment_method_id: 'stripe.card', instrument: { ...GOOD_CARD, expiry_year: 30 } },
  },
  {
    why: 'the number fails its check digit',
    payment: { payment_method_id: 'stripe.card', instrument: cardOf('4242424242424241') },
  },
  { why: 'the instrument is empty', payment: { payment_method_id: 'stripe.card', instrument: {} } },
])('10001 with a map of errors when $why', async ({ payment }) => {
  const { sandbox, pay, order } = await openStore()
  const reply = await pay(order(), payment)
  expect(reply).toMatchObject({ status: 422, body: { code: 10001 } })
  expect(Object.keys(reply.body.errors as object)).not.toEqual([])
  expect(sandbox.charges()).toEqual([])
})

test('a pending order can be made to read as Incomplete, and is not payable again all the same', async () => {
  const { sandbox, pay, order, methods } = await openStore()
  sandbox.configure({ pending_order_status_id: 0 })
  const id = order()
  await pay(id, { payment_method_id: 'stripe.card', instrument: cardOf('4000000000202012') })
  expect(sandbox.orders.get(id).status_id).toBe(0)
  expect((await methods(id)).status).toBe(409)
})

test('declines leave no trace on the order, and a transaction only where that is asked for', async () => {
  const { sandbox, pay, order, transactions } = await openStore()
  const declined = { payment_method_id: 'stripe.card', instrument: cardOf('4000000000000002') }
  const id = order()
  await pay(id, declined)
  expect(sandbox.orders.get(id)).toMatchObject({ status_id: 0, payment_status: '' })
  expect((await transactions(id)).status).toBe(204)
  sandbox.configure({ declines_are_transactions: true })
  await pay(id, declined)
  expect((await transactions(id)).body.data).toMatchObject([{ event: 'purchase', status: 'error' }])
  expect((await pay(id)).status).toBe(201)
})

test('a stored card can only be used through the gateway that holds it', async () => {
  const { pay, order } = await openStore()
  const reply = await pay(order(), { payment_method_id: 'checkoutcom.card', instrument: STORED_VISA })
  expect(reply).toMatchObject({ status: 422, body: { code: 30051 } })
})

test('a stored card is refused without its verification value where the method asks for it', async () => {
  const { pay, order } = await openStore()
  const { verification_value: _value, ...instrument } = STORED_VISA
  const reply = await pay(order(), { payment_method_id: 'stripe.card', instrument })
  expect(reply).toMatchObject({ status: 422, body: { code: 10001 } })
})

test('a stored card needs no verification value where the access token is for a recurring payment', async () => {
  const { manage, payWith, order } = await openStore()
  const { verification_value: _value, ...instrument } = STORED_VISA
  const body = { order: { id: order(), is_recurring: true } }
  const minted = await manage('/v3/payments/access_tokens', { method: 'POST', body })
  const token = minted.body.data.id
  const reply = await payWith(token, { payment_method_id: 'stripe.card', instrument })
  expect(reply.status).toBe(201)
})

test('a card is stored only when that is asked for', async () => {
  const { sandbox, pay, order, methods } = await openStore()
  const storedCount = async () =>
    (await methods(order())).body.data.flatMap((method) => method.stored_instruments).length
  const before = await storedCount()
  await pay(order())
  expect(await storedCount()).toBe(before)
  expect(sandbox.charges()).toHaveLength(1)
})

test('after a late decline the whole amount is owed again', async () => {
  const clock = createClock()
  const { sandbox, pay, order } = await openStore({ now: clock.now })
  sandbox.configure({ late_decline_order_status_id: 0 })
  const id = order()
  await pay(id, { payment_method_id: 'stripe.card', instrument: cardOf('4000000000202061') })
  clock.advance(5000)
  expect((await pay(id)).status).toBe(201)
  expect(sandbox.charges()).toMatchObject([
    { amount: 6098, state: 'declined' },
    { amount: 6098, state: 'charged' },
  ])
})

test('a card is good to the last moment of its month and expired in the next', async () => {
  const clock = createClock(Date.UTC(2030, 0, 31, 23, 59, 59))
  const { pay, order } = await openStore({ now: clock.now })
  const card = { ...GOOD_CARD, expiry_month: 1, expiry_year: 2030 }
  const payment = { payment_method_id: 'stripe.card', instrument: card }
  expect((await pay(order(), payment)).status).toBe(201)
  clock.advance(1000)
  expect(await pay(order(), payment)).toMatchObject({ status: 422, body: { code: 30103 } })
})
