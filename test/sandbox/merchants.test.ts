import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { createClock } from './support/clock.ts'
import { GOOD_CARD } from './support/instruments.ts'
import { openStore, type Payment, type Store } from './support/open-store.ts'

const RESERVED: Payment = { payment_method_id: 'cybersource.card', instrument: GOOD_CARD }

const act = ({ manage }: Store, id: number, action: string, body?: object) =>
  manage(`/v3/orders/${id}/payment_actions/${action}`, { method: 'POST', ...(body ? { body } : {}) })
const eventsOf = async ({ transactions }: Store, id: number) =>
  ((await transactions(id)).body.data as unknown as { event: string }[]).map(({ event }) => event)

test('an authorization can be captured: pending first, then done', async () => {
  const clock = createClock()
  const store = await openStore({ now: clock.now })
  store.sandbox.configure({ payment_action_ms: 60_000 })
  const id = store.order()
  await store.pay(id, RESERVED)
  expect(await act(store, id, 'capture')).toMatchObject({ status: 201, body: {} })
  expect(store.sandbox.orders.get(id)).toMatchObject({ status_id: 7, payment_status: 'capture pending' })
  expect(await eventsOf(store, id)).toEqual(['authorization'])
  clock.advance(60_000)
  expect(store.sandbox.orders.get(id)).toMatchObject({ status_id: 11, payment_status: 'captured' })
  expect(await eventsOf(store, id)).toEqual(['authorization', 'capture'])
  expect(store.sandbox.charges()).toMatchObject([{ state: 'charged' }])
  expect((await act(store, id, 'void')).status).toBe(422)
})

test('an authorization can be voided: "void pending" first, and then its money is owed again', async () => {
  const clock = createClock()
  const store = await openStore({ now: clock.now })
  store.sandbox.configure({ payment_action_ms: 60_000, voided_order_status_id: 0 })
  const id = store.order()
  await store.pay(id, RESERVED)
  expect((await act(store, id, 'void')).status).toBe(201)
  expect(store.sandbox.orders.get(id)).toMatchObject({ status_id: 7, payment_status: 'void pending' })
  expect(store.sandbox.charges()).toMatchObject([{ state: 'charged' }])
  clock.advance(60_000)
  expect(store.sandbox.orders.get(id)).toMatchObject({ status_id: 0, payment_status: 'void' })
  expect(store.sandbox.charges()).toMatchObject([{ state: 'voided', voided_at: expect.any(Number) }])
  const [authorization, voided] = (await store.transactions(id)).body.data as unknown as [
    { id: number },
    { event: string; reference_transaction_id: number },
  ]
  expect(voided).toMatchObject({ event: 'void', reference_transaction_id: authorization.id })
  expect((await store.pay(id)).status).toBe(201)
})

test('unless told otherwise a void leaves the status of the order as it is', async () => {
  const store = await openStore()
  const id = store.order()
  await store.pay(id, RESERVED)
  await act(store, id, 'void')
  expect(store.sandbox.orders.get(id)).toMatchObject({ status_id: 7, payment_status: 'void' })
})

test.each([
  ['void', 'void'],
  ['capture', 'captured'],
])('a %s that takes no time is done, although the clock goes on meanwhile', async (action, paymentStatus) => {
  let timeMs = Date.now()
  let stepMs = 0
  const store = await openStore({ now: () => (timeMs += stepMs) })
  const id = store.order()
  await store.pay(id, RESERVED)
  stepMs = 1
  expect((await act(store, id, action)).status).toBe(201)
  expect(store.sandbox.orders.get(id)).toMatchObject({ payment_status: paymentStatus })
})

test.each([
  { amount: 10, left: 50.98, statusId: 14, paymentStatus: 'partially refunded' },
  { amount: 60.98, left: 0, statusId: 4, paymentStatus: 'refunded' },
])('a refund of $amount leaves $left to refund', async ({ amount, left, statusId, paymentStatus }) => {
  const store = await openStore()
  const id = store.order()
  await store.pay(id)
  const quote = async () => (await act(store, id, 'refund_quotes')).body.data as unknown as object
  expect(await quote()).toMatchObject({ total_refund_amount: 60.98 })
  const body = { items: [], payments: [{ provider_id: 'stripe', amount, offline: false }] }
  expect((await act(store, id, 'refunds', body)).status).toBe(201)
  expect(await quote()).toMatchObject({ total_refund_amount: left })
  expect(store.sandbox.orders.get(id)).toMatchObject({
    status_id: statusId,
    payment_status: paymentStatus,
    refunded_amount: '0.0000',
  })
  expect(await eventsOf(store, id)).toEqual(['purchase', 'refund'])
  expect(store.sandbox.charges()).toMatchObject([{ state: 'charged', refunded: Math.round(amount * 100) }])
  expect((await act(store, id, 'refunds', { payments: [{ amount: 61 }] })).status).toBe(422)
})

test('nothing is there to capture, void or refund on an order that is not paid', async () => {
  const store = await openStore()
  const id = store.order()
  const body = { payments: [{ amount: 1 }] }
  expect((await act(store, id, 'capture')).status).toBe(422)
  expect((await act(store, id, 'void')).status).toBe(422)
  expect((await act(store, id, 'refunds', body)).status).toBe(422)
  expect((await act(store, 9999, 'void')).status).toBe(404)
})

test('a merchant edits, cancels and archives an order, and each shows in its last change', async () => {
  const clock = createClock(Date.UTC(2030, 0, 1))
  const { manage, order } = await openStore({ now: clock.now })
  const id = order()
  const edit = (body: object) => manage(`/v2/orders/${id}`, { method: 'PUT', body })
  clock.advance(1000)
  expect((await edit({ discount_amount: 10, customer_id: 12 })).body).toMatchObject({
    total_inc_tax: '50.9800',
    discount_amount: '10.0000',
    customer_id: 12,
    date_modified: 'Tue, 01 Jan 2030 00:00:01 +0000',
  })
  expect((await edit({ status_id: 5 })).body).toMatchObject({ status_id: 5, status: 'Cancelled' })
  clock.advance(1000)
  expect((await manage(`/v2/orders/${id}`, { method: 'DELETE' })).status).toBe(204)
  expect((await manage(`/v2/orders/${id}`)).body).toMatchObject({
    is_deleted: true,
    total_inc_tax: '50.9800',
    date_modified: 'Tue, 01 Jan 2030 00:00:02 +0000',
  })
})

test('a total that was given is shown as given, finer than a cent too, and charged in cents', async () => {
  const { sandbox, mint, pay, order } = await openStore()
  const id = order({ total_inc_tax: '107.1575', total_ex_tax: 100 })
  expect(sandbox.orders.get(id)).toMatchObject({ total_inc_tax: '107.1575', total_ex_tax: '100.0000' })
  expect(decodeJwt(await mint(id)).data).toMatchObject({ amount: 10716 })
  await pay(id)
  expect(sandbox.charges()).toMatchObject([{ amount: 10716 }])
})

test('shipping, handling and wrapping are added to the lines, and shown', async () => {
  const { sandbox, order } = await openStore()
  const id = order({
    shipping_cost_inc_tax: 5,
    shipping_cost_ex_tax: '4.50',
    handling_cost_inc_tax: 2,
    handling_cost_ex_tax: 2,
    wrapping_cost_inc_tax: '1.01',
    wrapping_cost_ex_tax: 1,
  })
  expect(sandbox.orders.get(id)).toMatchObject({
    total_inc_tax: '68.9900',
    total_ex_tax: '62.5000',
    shipping_cost_inc_tax: '5.0000',
    handling_cost_ex_tax: '2.0000',
    wrapping_cost_inc_tax: '1.0100',
  })
})

test('another application pays, with a charge that is no answer to a request of ours', async () => {
  const { sandbox, control, transactions, order } = await openStore()
  const id = order()
  expect((await control(`/orders/${id}/pay`, { method: 'POST' })).status).toBe(201)
  expect(sandbox.orders.get(id)).toMatchObject({ status_id: 11, payment_status: 'captured' })
  expect(sandbox.charges()).toMatchObject([
    { order_id: id, amount: 6098, pat_jti: expect.stringMatching(/^elsewhere_/) },
  ])
  expect((await transactions(id)).body.data).toMatchObject([{ event: 'purchase', amount: 60.98 }])
  expect(sandbox.stats().payments.arrivals).toBe(0)
})

test('another application pays a part, or pays late', async () => {
  const clock = createClock()
  const { sandbox, order, pay } = await openStore({ now: clock.now })
  const part = order()
  sandbox.orders.payElsewhere(part, { amount: 2000 })
  expect(sandbox.orders.get(part).status_id).toBe(1)
  await pay(part)
  expect(sandbox.charges().map(({ amount }) => amount)).toEqual([2000, 4098])

  const late = order()
  sandbox.orders.payElsewhere(late, { payment_method_id: 'cybersource.card', shows_after_ms: 1000 })
  expect(sandbox.orders.get(late).status_id).toBe(0)
  clock.advance(1000)
  expect(sandbox.orders.get(late)).toMatchObject({ status_id: 7, payment_status: 'authorized' })
})

test.each([
  { rule: 'refused', partPaid: 409, unpaid: 409 },
  { rule: 'part_paid', partPaid: 200, unpaid: 409 },
  { rule: 'payable', partPaid: 200, unpaid: 200 },
] as const)('orders with status 1 under the rule "$rule"', async ({ rule, partPaid, unpaid }) => {
  const { sandbox, methods, pay, order } = await openStore()
  const [half, none] = [order(), order({ status_id: 1 })]
  await pay(half, {
    payment_method_id: 'bigcommerce.gift_certificate',
    instrument: { type: 'gift_certificate', gift_certificate_code: 'SANDBOX-PART' },
  })
  sandbox.configure({ pending_orders: rule })
  expect((await methods(half)).status).toBe(partPaid)
  expect((await methods(none)).status).toBe(unpaid)
  expect((await pay(half)).status).toBe(partPaid === 200 ? 201 : 401)
})
