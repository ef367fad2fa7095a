import { expect, test } from 'vitest'
import { openStore, type Store } from './support/open-store.ts'

type Listed = { id: number; cart_id: string | null }

const makeOrder = (store: Store, id: string) => store.manage(`/v3/checkouts/${id}/orders`, { method: 'POST' })
const listed = async ({ manage }: Store, query: string): Promise<number[]> => {
  const { status, body } = await manage(`/v2/orders?${query}`)
  return status === 204 ? [] : (body as unknown as Listed[]).map(({ id }) => id)
}

test('what was made of a checkout and what was charged for it is the truth to check against', async () => {
  const store = await openStore({ firstOrderId: 1 })
  const { id } = store.sandbox.checkouts.create()
  await makeOrder(store, id)
  const { body } = await store.control(`/checkouts/${id}/orders`, {
    method: 'POST',
    body: { order_source: 'www', customer_id: 12, total_inc_tax: 12.5 },
  })
  expect(body.data).toMatchObject({
    id: 2,
    order_source: 'www',
    customer_id: 12,
    total_inc_tax: '12.5000',
    cart_id: id,
  })
  await store.pay(1)
  const { body: report } = await store.control('/checkouts')
  expect(report.data).toMatchObject([
    {
      id,
      is_open: false,
      makings: [
        { order_id: 1, by: 'request', charges: [{ amount: 6098, state: 'charged' }] },
        { order_id: 2, by: 'other_application', charges: [] },
      ],
    },
  ])
})

test('a cart that was thrown away is not found, and its orders are', async () => {
  const store = await openStore({ firstOrderId: 1 })
  const { id } = store.sandbox.checkouts.create()
  await makeOrder(store, id)
  expect((await store.control(`/checkouts/${id}`, { method: 'DELETE' })).status).toBe(204)
  expect((await store.manage(`/v3/checkouts/${id}`)).status).toBe(404)
  expect((await makeOrder(store, id)).status).toBe(404)
  expect(await listed(store, `cart_id=${id}`)).toEqual([1])
})

test('no order is made of a checkout whose products are out of stock', async () => {
  const store = await openStore()
  const { id } = store.sandbox.checkouts.create({ has_stock: false })
  expect((await makeOrder(store, id)).status).toBe(422)
  expect(store.sandbox.checkouts.list()).toMatchObject([{ makings: [] }])
  store.sandbox.checkouts.edit(id, { has_stock: true })
  expect((await makeOrder(store, id)).status).toBe(200)
})

test('an order can be made after the answer to its making was given up', async () => {
  const store = await openStore({ firstOrderId: 1 })
  const { id } = store.sandbox.checkouts.create()
  const other = store.sandbox.checkouts.create()
  await store.sandbox.faults.add({
    operation: 'checkout_orders',
    kind: 'carried_out_later',
    after_ms: 50,
    checkout_id: id.toUpperCase(),
    times: 1,
  })
  expect((await makeOrder(store, other.id)).status).toBe(200)
  expect((await makeOrder(store, id)).status).toBe(504)
  expect(await listed(store, `cart_id=${id}`)).toEqual([])
  await expect.poll(() => listed(store, `cart_id=${id}`)).toEqual([2])
})

test('an order that was made can come late into lists', async () => {
  const store = await openStore({ firstOrderId: 1 })
  const { id } = store.sandbox.checkouts.create()
  await store.sandbox.faults.add({
    operation: 'checkout_orders',
    kind: 'reset_after_charge',
    shows_after_ms: 5_000,
    times: 1,
  })
  await expect(makeOrder(store, id)).rejects.toThrow()
  expect(await listed(store, `cart_id=${id}`)).toEqual([])
  expect((await store.manage('/v2/orders/1')).status).toBe(200)
  store.sandbox.clock.change({ advance_ms: 5_000 })
  expect(await listed(store, `cart_id=${id}`)).toEqual([1])
})

test('a list of orders has pages, an order of its own and rows that were not asked for', async () => {
  const store = await openStore({ firstOrderId: 1 })
  store.order()
  const { id } = store.sandbox.checkouts.create()
  for (let made = 0; made < 3; made++) await makeOrder(store, id)
  const query = `cart_id=${id}`
  store.sandbox.configure({ orders_per_page: 2 })
  expect(await listed(store, query)).toEqual([2, 3])
  expect(await listed(store, `${query}&page=2`)).toEqual([4])
  expect(await listed(store, `${query}&limit=250`)).toEqual([2, 3, 4])
  store.sandbox.configure({ orders_order: 'newest_first' })
  expect(await listed(store, query)).toEqual([4, 3])
  store.sandbox.configure({ orders_order: 'shifting' })
  expect([await listed(store, query), await listed(store, `${query}&page=2`)]).toEqual([[2, 3], [2]])
  store.sandbox.configure({ orders_order: 'oldest_first', orders_ignore: ['page', 'limit'] })
  expect(await listed(store, `${query}&page=2&limit=250`)).toEqual([2, 3])
  store.sandbox.configure({ orders_per_page: 50, orders_foreign_rows: 1 })
  expect(await listed(store, query)).toEqual([1, 2, 3, 4])
  store.sandbox.configure({ orders_empty: 'empty_list', orders_foreign_rows: 0 })
  expect(await store.manage('/v2/orders?cart_id=none')).toMatchObject({ status: 200, body: [] })
})

test('an archived order can be gone altogether', async () => {
  const store = await openStore({ firstOrderId: 1 })
  const { id } = store.sandbox.checkouts.create()
  await makeOrder(store, id)
  await store.manage('/v2/orders/1', { method: 'DELETE' })
  expect((await store.manage('/v2/orders/1')).status).toBe(200)
  store.sandbox.configure({ archived_orders: 'gone' })
  expect((await store.manage('/v2/orders/1')).status).toBe(404)
  expect(await listed(store, 'is_deleted=true')).toEqual([])
})

test('a checkout says its times by the second, exactly, or not at all', async () => {
  const store = await openStore()
  const { id } = store.sandbox.checkouts.create()
  const timeShown = async () => {
    const { data } = (await store.manage(`/v3/checkouts/${id}`)).body
    return (data as unknown as { updated_time?: string }).updated_time
  }
  expect(await timeShown()).toMatch(/T\d\d:\d\d:\d\d\+00:00$/)
  store.sandbox.configure({ checkout_times: 'milliseconds' })
  expect(await timeShown()).toMatch(/\.\d{3}Z$/)
  store.sandbox.configure({ checkout_times: 'none' })
  expect(await timeShown()).toBeUndefined()
  expect((await store.manage(`/v3/checkouts/${id}`)).body.data).not.toHaveProperty('cart.updated_time')
})

test('the making of an order can count as an edit of the cart', async () => {
  const store = await openStore()
  const { id, updated_time: before } = store.sandbox.checkouts.create()
  store.sandbox.configure({ making_touches_cart: true })
  store.sandbox.clock.change({ advance_ms: 2_000 })
  await makeOrder(store, id)
  const { data } = (await store.manage(`/v3/checkouts/${id}`)).body
  expect(data).not.toMatchObject({ updated_time: before })
})

test('a checkout can show fields otherwise than they are', async () => {
  const store = await openStore()
  const { id } = store.sandbox.checkouts.create()
  store.sandbox.oddFields.add({ what: 'checkout', id, set: { order_id: {} }, omit: ['grand_total'] })
  const { data } = (await store.manage(`/v3/checkouts/${id}`)).body
  expect(data).toMatchObject({ order_id: {} })
  expect(data).not.toHaveProperty('grand_total')
})
