import { describe, expect, test } from 'vitest'
import type { FaultInput } from '../../../sandbox/faults/fault.ts'
import { callerToken, serverToken } from '../../support/caller-token.ts'
import { createOrder, guideOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import type { Tillgate } from '../../support/start-tillgate.ts'
import { bigcommerceApp, deliverEvent } from '../../support/webhook.ts'
import {
  askedFor,
  checkoutToken,
  makings,
  openCheckout,
  payCheckout,
  payment,
  startWithCheckouts,
} from './support.ts'

const key = 'the-key-of-this-payment'
const declined = payment(cardPayment({ number: '4000000000009995' }))
const twice = [{ name: 'Poster', quantity: 2, price_inc_tax: 10, price_ex_tax: 9 }]

/** An order of a checkout that another application has made. */
const orderOfCart = ({ sandbox }: Tillgate, cartId: string, change: object = {}): number =>
  sandbox.orders.create({ ...guideOrder, cart_id: cartId, order_source: 'checkout_api', ...change }).id

const lost: FaultInput = {
  operation: 'checkout_orders',
  kind: 'status_after_charge',
  status: 502,
  times: 1,
}

describe('several pay one checkout at the same moment', () => {
  test.each([
    ['two tabs with two keys', 2],
    ['eight devices', 8],
  ])('%s: one is paid, once', async (_who, count) => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const answers = await Promise.all(Array.from({ length: count }, () => payCheckout(tillgate, id)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]))
    expect([makings(tillgate), tillgate.sandbox.charges().length]).toEqual([1, 1])
  })

  test('one key twice: the second is told that it runs, or what became of it', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const answers = await Promise.all([
      payCheckout(tillgate, id, { key }),
      payCheckout(tillgate, id, { key }),
    ])
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0)
    expect((await payCheckout(tillgate, id, { key })).status).toBe(201)
    expect([makings(tillgate), tillgate.sandbox.charges().length]).toEqual([1, 1])
  })

  test('one by the checkout and one by an order of it: one is paid', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const other = orderOfCart(tillgate, id, { order_source: 'www' })
    const token = await serverToken()
    const answers = await Promise.all([
      payCheckout(tillgate, id, { token }),
      tillgate.call.pay(other, cardPayment(), { token }),
    ])
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(tillgate.sandbox.charges()).toHaveLength(1)
  })
})

describe('the answer to the making is lost', () => {
  test('the order is found by its cart, and paid', async () => {
    const tillgate = await startWithCheckouts({ reconciles: true })
    const id = openCheckout(tillgate)
    await tillgate.sandbox.faults.add(lost)
    const paid = await payCheckout(tillgate, id, { key })
    expect([paid.status, paid.body.data.order_id]).toEqual([201, 215])
    expect([makings(tillgate), tillgate.sandbox.charges().length]).toEqual([1, 1])
    expect(tillgate.log.join('')).toContain('order of a checkout found')
  })

  test('the request waits for fifteen seconds, and nothing is charged later on; the same key goes on with the order', async () => {
    const tillgate = await startWithCheckouts({ reconciles: true })
    const id = openCheckout(tillgate)
    await tillgate.sandbox.faults.add(lost)
    tillgate.sandbox.configure({ orders_list_lag_ms: 16_000 })
    const token = await checkoutToken(id)
    const paying = payCheckout(tillgate, id, { key })
    await expect.poll(() => makings(tillgate), { timeout: 10_000 }).toBe(1)
    const { data } = (await tillgate.call(`/checkouts/${id}/payments`, { token })).body
    expect(data).toMatchObject([{ status: 'processing', order_id: null }])
    const other = await payCheckout(tillgate, id)
    expect([other.status, other.body.code]).toEqual([409, 'order_payment_in_progress'])
    expect(other.headers.location).toBe(`payments/${data[0].id}`)
    const { meta } = (await tillgate.call(`/checkouts/${id}/payment-methods`, { token })).body
    expect(meta.checkout.payable).toBe(false)

    const first = await paying
    expect([first.status, first.body.code, first.body.retry]).toEqual([
      503,
      'upstream_unavailable',
      'same_key',
    ])
    expect(tillgate.sandbox.charges()).toEqual([])
    const second = await payCheckout(tillgate, id, { key })
    expect([second.status, second.body.data.order_id]).toEqual([201, 215])
    expect(makings(tillgate)).toBe(1)
  }, 60_000)

  test('the event of the cart makes the service look at once', async () => {
    const tillgate = await startWithCheckouts({
      reconciles: true,
      environment: bigcommerceApp,
    })
    const id = openCheckout(tillgate)
    await tillgate.sandbox.faults.add(lost)
    const paying = payCheckout(tillgate, id)
    await expect.poll(() => makings(tillgate), { timeout: 10_000 }).toBe(1)
    const event = { type: 'cart', id, orderId: 215 }
    expect((await deliverEvent(tillgate.call, 'store/cart/converted', event)).status).toBe(204)
    expect((await paying).status).toBe(201)
  })

  test('where BigCommerce certainly made none, the same key makes one', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    await tillgate.sandbox.faults.add({ operation: 'checkout_orders', kind: 'status', status: 403, times: 1 })
    const first = await payCheckout(tillgate, id, { key })
    expect([first.status, first.body.code]).toEqual([502, 'upstream_refused'])
    expect((await payCheckout(tillgate, id, { key })).status).toBe(201)
  })
})

describe('an order is there already', () => {
  test('one that the API has made is paid, after a complete look at it', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const order = orderOfCart(tillgate, id)
    const paid = await payCheckout(tillgate, id)
    expect([paid.status, paid.body.data.order_id]).toEqual([201, order])
    expect(makings(tillgate)).toBe(0)
    expect(askedFor(tillgate, 'GET', /\/transactions$/)).toBe(1)
  })

  test('one of another source is left alone', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const order = orderOfCart(tillgate, id, { order_source: 'www' })
    const paid = await payCheckout(tillgate, id)
    expect(paid.body.data.order_id).toBe(order + 1)
  })

  test('one that was paid elsewhere answers that, without a payment of ours', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    tillgate.sandbox.orders.payElsewhere(orderOfCart(tillgate, id))
    for (const answer of [
      await payCheckout(tillgate, id),
      await tillgate.call(`/checkouts/${id}/payment-methods`, { token: await checkoutToken(id) }),
    ])
      expect([answer.status, answer.body.code, answer.body.payment_id]).toEqual([
        409,
        'order_already_paid',
        undefined,
      ])
    expect(makings(tillgate)).toBe(0)
  })

  test('one whose charge shows among its transactions alone is not charged again', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const order = orderOfCart(tillgate, id)
    tillgate.sandbox.orders.payElsewhere(order)
    tillgate.sandbox.oddFields.add({
      what: 'order',
      id: order,
      set: { status_id: 0, payment_status: '', payment_provider_id: '' },
    })
    const { body } = await payCheckout(tillgate, id)
    expect(body.code).toBe('order_already_paid')
    expect(tillgate.sandbox.charges()).toHaveLength(1)
  })

  test.each([1, 4, 13])('one in state %i keeps the checkout from being paid', async (status_id) => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    orderOfCart(tillgate, id, { status_id })
    const { body } = await payCheckout(tillgate, id)
    expect(body.code).toBe('order_not_payable')
    expect(makings(tillgate)).toBe(0)
  })

  test.each([5, 6])('one in state %i is passed over', async (status_id) => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    orderOfCart(tillgate, id, { status_id })
    expect((await payCheckout(tillgate, id)).status).toBe(201)
  })

  test('a list with a row of another cart is not used: nothing is made', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    createOrder(tillgate.sandbox)
    orderOfCart(tillgate, id)
    tillgate.sandbox.configure({ orders_foreign_rows: 1 })
    const { status, body } = await payCheckout(tillgate, id)
    expect([status, body.code]).toEqual([503, 'upstream_unavailable'])
    expect(makings(tillgate)).toBe(0)
  })

  test('a bound order that the merchant cancelled is let go', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    await payCheckout(tillgate, id, { body: declined })
    tillgate.sandbox.orders.edit(215, { status_id: 5 })
    const paid = await payCheckout(tillgate, id)
    expect([paid.status, paid.body.data.order_id]).toEqual([201, 216])
  })
})

describe('a checkout that is gone', () => {
  const gone: FaultInput = { operation: 'checkout', kind: 'status', status: 404 }

  test('is its Incomplete order, where there is one', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    const order = orderOfCart(tillgate, id)
    await tillgate.sandbox.faults.add(gone)
    const token = await callerToken({ customer_id: 11 })
    const { meta, data } = (await tillgate.call(`/checkouts/${id}/payment-methods`, { token })).body
    expect(meta.checkout).toEqual({ id, amount: 6098, currency: 'USD', payable: true })
    expect(data.length).toBeGreaterThan(0)
    const other = await payCheckout(tillgate, id, { token: await callerToken({ customer_id: 12 }) })
    expect(other.body.code).toBe('checkout_not_found')
    const paid = await payCheckout(tillgate, id, { token })
    expect([paid.status, paid.body.data.order_id]).toEqual([201, order])
  })

  test('is not there, where it has no order', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    await tillgate.sandbox.faults.add(gone)
    for (const token of [await checkoutToken(id), await serverToken()])
      expect((await payCheckout(tillgate, id, { token })).body.code).toBe('checkout_not_found')
  })

  test('between reading it and making its order is looked at again: it was paid elsewhere', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    await tillgate.sandbox.faults.add({ operation: 'checkout_orders', kind: 'latency', delay_ms: 1_000 })
    const paying = payCheckout(tillgate, id)
    await expect.poll(() => makings(tillgate), { timeout: 10_000 }).toBe(1)
    tillgate.sandbox.orders.payElsewhere(orderOfCart(tillgate, id))
    const { status, body } = await paying
    expect([status, body.code]).toEqual([409, 'order_already_paid'])
    expect(tillgate.sandbox.charges()).toHaveLength(1)
  })
})

describe('the ledger is asked before BigCommerce', () => {
  const unknown: FaultInput = { operation: 'pay', kind: 'reset_after_charge', times: 1 }

  test('a checkout whose cart is gone because its payment is unknown is held, never missing', async () => {
    const tillgate = await startWithCheckouts()
    const id = openCheckout(tillgate)
    await tillgate.sandbox.faults.add(unknown)
    const first = await payCheckout(tillgate, id, { key })
    expect([first.status, first.body.data.status]).toEqual([202, 'unknown'])
    expect(first.headers.location).toBe(`payments/${first.body.data.id}`)
    const asked = tillgate.sandbox.requests().length

    const second = await payCheckout(tillgate, id)
    expect([second.status, second.body.code]).toEqual([409, 'order_payment_in_progress'])
    expect(tillgate.sandbox.requests()).toHaveLength(asked)
    const methods = await tillgate.call(`/checkouts/${id}/payment-methods`, {
      token: await checkoutToken(id),
    })
    expect([methods.status, methods.body.code]).toEqual([409, 'order_payment_in_progress'])
    expect((await payCheckout(tillgate, id, { key })).status).toBe(202)
    const theirs = await payCheckout(tillgate, id, { token: await callerToken({ customer_id: 11 }) })
    expect(theirs.status).toBe(409)
    const other = await payCheckout(tillgate, id, { token: await callerToken({ customer_id: 12 }) })
    expect(other.status).toBe(404)
  })

  test('it comes to its end, and is told so', async () => {
    const tillgate = await startWithCheckouts({ reconciles: true })
    const id = openCheckout(tillgate)
    await tillgate.sandbox.faults.add(unknown)
    const first = await payCheckout(tillgate, id, { key })
    const path = `/checkouts/${id}/payments/${first.body.data.id}`
    const token = await checkoutToken(id)
    await expect
      .poll(async () => (await tillgate.call(path, { token })).body.data.status, { timeout: 10_000 })
      .toBe('success')
    expect((await payCheckout(tillgate, id, { key })).status).toBe(201)
    expect((await payCheckout(tillgate, id)).body.code).toBe('order_already_paid')
  })

  test.each(['checkout', 'orders'] as const)(
    'nothing is made while BigCommerce cannot be read: %s',
    async (operation) => {
      const tillgate = await startWithCheckouts()
      const id = openCheckout(tillgate)
      for (const status of [403, 503]) {
        await tillgate.sandbox.faults.add({ operation, kind: 'status', status, times: 3 })
        const { status: told } = await payCheckout(tillgate, id)
        expect(told).toBe(503)
        await tillgate.sandbox.faults.clear()
      }
      expect(makings(tillgate)).toBe(0)
    },
  )
})

test('a part that is paid by gift certificate keeps to its order, and the rest of it is paid', async () => {
  const tillgate = await startWithCheckouts()
  const id = openCheckout(tillgate)
  const gift = payment({
    payment: {
      instrument: { type: 'gift_certificate', gift_certificate_code: 'SANDBOX-PART' },
      payment_method_id: 'bigcommerce.gift_certificate',
    },
  })
  const part = await payCheckout(tillgate, id, { body: gift })
  expect(part.status).toBe(201)
  const token = await checkoutToken(id)
  const { checkout } = (await tillgate.call(`/checkouts/${id}/payment-methods`, { token })).body.meta
  expect(checkout.amount).toBeLessThan(6098)
  const rest = await payCheckout(tillgate, id, { body: payment({ expected_amount: checkout.amount }) })
  expect([rest.status, rest.body.data.order_id]).toEqual([201, part.body.data.order_id])
  expect(makings(tillgate)).toBe(1)
})

test('five orders are made of a checkout within an hour', async () => {
  const tillgate = await startWithCheckouts()
  const id = openCheckout(tillgate)
  const token = await checkoutToken(id)
  for (let quantity = 1; quantity <= 6; quantity++) {
    tillgate.sandbox.checkouts.edit(id, { products: twice.map((one) => ({ ...one, quantity })) })
    tillgate.sandbox.clock.change({ advance_ms: 2_000 })
    const body = { ...declined, expected_amount: 1_000 * quantity }
    const answer = await payCheckout(tillgate, id, { token, body })
    expect([answer.status, answer.body.code]).toEqual(
      quantity <= 5 ? [402, 'payment_declined'] : [429, 'velocity_blocked'],
    )
  }
  expect(makings(tillgate)).toBe(5)
})

test('declines are counted over all orders of a checkout', async () => {
  const tillgate = await startWithCheckouts({ environment: { VELOCITY_ORDER_ATTEMPTS: '2' } })
  const id = openCheckout(tillgate)
  await payCheckout(tillgate, id, { body: declined })
  tillgate.sandbox.checkouts.edit(id, { products: twice })
  await payCheckout(tillgate, id, { body: { ...declined, expected_amount: 2_000 } })
  const third = await payCheckout(tillgate, id, { body: payment({ expected_amount: 2_000 }) })
  expect([third.status, third.body.code]).toEqual([429, 'velocity_blocked'])
  const byOrder = await tillgate.call.pay(216, cardPayment(), { token: await checkoutToken(id) })
  expect(byOrder.body.code).toBe('velocity_blocked')
})
