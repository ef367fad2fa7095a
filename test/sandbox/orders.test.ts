import { expect, test } from 'vitest'
import { exampleOrder } from '../../demo/example-order.ts'
import { openStore } from './support/open-store.ts'

test('an order answers in the V2 shape: bare, amounts as text with four places, RFC 2822 dates', async () => {
  const { manage, order } = await openStore()
  const { status, body } = await manage(`/v2/orders/${order()}`)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    id: 215,
    status_id: 0,
    status: 'Incomplete',
    customer_id: 11,
    total_inc_tax: '60.9800',
    total_ex_tax: '55.0000',
    currency_code: 'USD',
    default_currency_code: 'USD',
    store_default_currency_code: 'USD',
    payment_status: '',
    store_credit_amount: '0.0000',
    gift_certificate_amount: '0.0000',
    refunded_amount: '0.0000',
    order_is_digital: false,
    order_source: 'external',
    billing_address: exampleOrder.billing_address,
    date_created: expect.stringMatching(/^\w{3}, \d{2} \w{3} \d{4} [\d:]{8} \+0000$/),
  })
})

test('ids count up, the status is Pending and the shopper a guest unless the order says otherwise', async () => {
  const { manage } = await openStore({ firstOrderId: 7 })
  const { status_id: _status, customer_id: _customer, ...bare } = exampleOrder
  const created = await manage('/v2/orders', { method: 'POST', body: bare })
  expect(created.body).toMatchObject({ id: 7, status_id: 1, customer_id: 0 })
  const next = await manage('/v2/orders', { method: 'POST', body: exampleOrder })
  expect(next.body).toMatchObject({ id: 8, status_id: 0 })
})

test('every shipping address is kept', async () => {
  const { manage, order } = await openStore()
  const [address] = exampleOrder.shipping_addresses
  const id = order({ shipping_addresses: [address, { ...address, city: 'Elsewhere' }] })
  const { body } = await manage(`/v2/orders/${id}/shipping_addresses`)
  expect(body).toMatchObject([{ city: 'Anywhere' }, { city: 'Elsewhere' }])
})

test.each([
  { field: 'products', body: { ...exampleOrder, products: [] } },
  { field: 'products', body: { ...exampleOrder, products: undefined } },
  { field: 'billing_address', body: { ...exampleOrder, billing_address: undefined } },
  { field: 'status_id', body: { ...exampleOrder, status_id: 15 } },
])('an order with a wrong $field is 400 in the V2 envelope', async ({ field, body }) => {
  const { manage } = await openStore()
  const reply = await manage('/v2/orders', { method: 'POST', body })
  expect(reply.status).toBe(400)
  expect(reply.body).toMatchObject([{ status: 400, message: expect.stringContaining(field) }])
})

test('an order that is not there is 404 in the V2 envelope', async () => {
  const { manage } = await openStore()
  expect(await manage('/v2/orders/1')).toMatchObject({ status: 404, body: [{ status: 404 }] })
})

test('methods without an order is 422', async () => {
  const { manage } = await openStore()
  expect(await manage('/v3/payments/methods')).toMatchObject({ status: 422, body: { code: 10001 } })
})

test('methods can be asked for by checkout, which is the id of the cart', async () => {
  const { manage, order } = await openStore()
  order({ cart_id: 'e7f7d6f1-cart' })
  expect((await manage('/v3/payments/methods?checkout_id=e7f7d6f1-cart')).status).toBe(200)
})
