import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { openStore, type Store } from './support/open-store.ts'

type Listed = { id: number; cart_id: string | null }

const checkoutOf = ({ manage }: Store, id: string) => manage(`/v3/checkouts/${id}`)
const makeOrder = async ({ manage }: Store, id: string): Promise<number> => {
  const { status, body } = await manage(`/v3/checkouts/${id}/orders`, { method: 'POST' })
  expect(status).toBe(200)
  return Number(body.data.id)
}
const listed = async ({ manage }: Store, query: string) => {
  const { status, body } = await manage(`/v2/orders?${query}`)
  return { status, ids: status !== 200 ? [] : (body as unknown as Listed[]).map(({ id }) => id) }
}

test('a checkout reads with its cart, its total and no order', async () => {
  const store = await openStore()
  const { body } = await store.control('/checkouts', { method: 'POST', body: { customer_id: 11 } })
  const shown = await checkoutOf(store, body.data.id)
  expect(shown).toMatchObject({
    status: 200,
    body: {
      data: {
        id: body.data.id,
        cart: { id: body.data.id, customer_id: 11, currency: { code: 'USD' }, cart_amount: 60.98 },
        grand_total: 60.98,
        order_id: null,
      },
    },
  })
  expect(body.data.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
})

test('as many orders as one likes come from one checkout, and each can be paid', async () => {
  const store = await openStore()
  const { id } = store.sandbox.checkouts.create({ customer_id: 11 })
  const [first, second] = [await makeOrder(store, id), await makeOrder(store, id)]
  expect(store.sandbox.orders.get(first)).toMatchObject({
    status_id: 0,
    customer_id: 11,
    cart_id: id,
    order_source: 'checkout_api',
    total_inc_tax: '60.9800',
  })
  expect((await checkoutOf(store, id)).body.data).toMatchObject({ order_id: String(second) })

  const pats = [await store.mint(first), await store.mint(second)]
  expect(pats.every((pat) => typeof pat === 'string')).toBe(true)
  expect((await store.pay(first)).status).toBe(201)
  expect((await store.pay(second)).status).toBe(201)
  expect(store.sandbox.charges()).toHaveLength(2)
})

test('once an order of it is paid the checkout is gone, also when the payment is voided', async () => {
  const store = await openStore()
  const { id } = store.sandbox.checkouts.create()
  const order = await makeOrder(store, id)
  store.sandbox.orders.payElsewhere(order, { payment_method_id: 'cybersource.card' })
  expect((await checkoutOf(store, id)).status).toBe(404)
  expect((await store.manage(`/v3/checkouts/${id}/orders`, { method: 'POST' })).status).toBe(404)
  await store.manage(`/v3/orders/${order}/payment_actions/void`, { method: 'POST' })
  expect((await checkoutOf(store, id)).status).toBe(404)
})

test.each([
  ['newest', 2],
  ['oldest', 1],
  ['none', null],
  ['paid', null],
] as const)('a checkout can name its %s order', async (which, place) => {
  const store = await openStore({ firstOrderId: 1 })
  const { id } = store.sandbox.checkouts.create()
  await makeOrder(store, id)
  await makeOrder(store, id)
  store.sandbox.configure({ checkout_order_id: which })
  const expected = place === null ? null : String(place)
  expect((await checkoutOf(store, id)).body.data).toMatchObject({ order_id: expected })
})

test('an edited cart makes orders of another amount, and says when it was edited', async () => {
  const store = await openStore()
  const { id, updated_time: before } = store.sandbox.checkouts.create()
  const products = [{ name: 'Poster', quantity: 2, price_inc_tax: 10, price_ex_tax: 9 }]
  store.sandbox.clock.change({ advance_ms: 1000 })
  const edited = await store.control(`/checkouts/${id}`, { method: 'PUT', body: { products } })
  expect(edited.body.data).toMatchObject({ grand_total: 20, tax_total: 2 })
  expect(
    Date.parse(String((edited.body.data as unknown as { updated_time: string }).updated_time)),
  ).toBeGreaterThan(Date.parse(before))
  const order = await makeOrder(store, id)
  expect(decodeJwt(await store.mint(order)).data).toMatchObject({ amount: 2000 })
})

test('a checkout without a billing address makes no order', async () => {
  const store = await openStore()
  const { id } = store.sandbox.checkouts.create({ has_billing_address: false })
  expect((await store.manage(`/v3/checkouts/${id}/orders`, { method: 'POST' })).status).toBe(422)
  expect(await listed(store, `cart_id=${id}`)).toEqual({ status: 204, ids: [] })
})

test('what a checkout can be paid with is listed before it has an order', async () => {
  const store = await openStore()
  const { id } = store.sandbox.checkouts.create({ customer_id: 11 })
  const { status, body } = await store.manage(`/v3/payments/methods?checkout_id=${id}`)
  expect(status).toBe(200)
  const stripe = body.data.find((method) => method.id === 'stripe.card')
  expect(stripe?.stored_instruments).toHaveLength(1)
  expect(await listed(store, `cart_id=${id}`)).toEqual({ status: 204, ids: [] })
})

test('orders are listed by cart, customer, status and id, archived ones only on request', async () => {
  const store = await openStore({ firstOrderId: 1 })
  const { id } = store.sandbox.checkouts.create({ customer_id: 12 })
  store.order()
  await makeOrder(store, id)
  await makeOrder(store, id)
  await store.pay(3)
  expect((await listed(store, '')).ids).toEqual([1, 2, 3])
  expect((await listed(store, `cart_id=${id.toUpperCase()}`)).ids).toEqual([2, 3])
  expect((await listed(store, `cart_id=${id}&status_id=11`)).ids).toEqual([3])
  expect((await listed(store, 'customer_id=11')).ids).toEqual([1])
  expect((await listed(store, 'min_id=2&max_id=2')).ids).toEqual([2])
  expect((await listed(store, 'sort=id:desc&limit=2')).ids).toEqual([3, 2])
  expect((await listed(store, 'page=2&limit=2')).ids).toEqual([3])

  await store.manage('/v2/orders/1', { method: 'DELETE' })
  expect((await listed(store, '')).ids).toEqual([2, 3])
  expect((await listed(store, 'is_deleted=true')).ids).toEqual([1])
})

test('a list of orders can ignore the cart that it was asked for', async () => {
  const store = await openStore({ firstOrderId: 1 })
  const { id } = store.sandbox.checkouts.create()
  store.order()
  await makeOrder(store, id)
  store.sandbox.configure({ orders_ignore: ['cart_id'] })
  expect((await listed(store, `cart_id=${id}`)).ids).toEqual([1, 2])
})

test('the making of an order can lose its answer', async () => {
  const store = await openStore({ firstOrderId: 1 })
  const { id } = store.sandbox.checkouts.create()
  await store.sandbox.faults.add({
    operation: 'checkout_orders',
    kind: 'status_after_charge',
    status: 502,
    times: 1,
  })
  await store.sandbox.faults.add({ operation: 'checkout', kind: 'status', status: 503, times: 1 })
  await store.sandbox.faults.add({ operation: 'orders', kind: 'status', status: 503, times: 1 })
  expect((await store.manage(`/v3/checkouts/${id}/orders`, { method: 'POST' })).status).toBe(502)
  expect((await checkoutOf(store, id)).status).toBe(503)
  expect((await listed(store, `cart_id=${id}`)).status).toBe(503)
  expect((await listed(store, `cart_id=${id}`)).ids).toEqual([1])
})

test('a checkout that is not there is 404', async () => {
  const store = await openStore()
  expect((await checkoutOf(store, '00000000-0000-4000-8000-000000000000')).status).toBe(404)
})
