import { expect, test } from 'vitest'
import { openStore, type Store } from './support/open-store.ts'

type Pagination = { total: number; count: number; current_page: number; total_pages: number; links: object }

async function pageOf({ manage }: Store, id: number, query = '') {
  const { status, body } = await manage(`/v3/orders/${id}/transactions${query}`)
  const meta = body.meta as { pagination?: Pagination }
  const ids = body.data.map((each) => (each as unknown as { id: number }).id)
  return { status, ids, pagination: meta.pagination }
}

test('transactions come in pages of fifty, oldest first, and say how many there are', async () => {
  const store = await openStore()
  const id = store.order()
  const added = store.sandbox.transactions.add({ order_id: id, count: 60, status: 'error' })
  const first = await pageOf(store, id)
  expect(first.ids).toEqual(added.slice(0, 50))
  expect(first.pagination).toEqual({
    total: 60,
    count: 50,
    per_page: 50,
    current_page: 1,
    total_pages: 2,
    links: { current: '?page=1&limit=50', next: '?page=2&limit=50' },
  })
  const second = await pageOf(store, id, '?page=2')
  expect(second.ids).toEqual(added.slice(50))
  expect(second.pagination?.links).toEqual({ previous: '?page=1&limit=50', current: '?page=2&limit=50' })
})

test('a client can ask for other pages, of up to 250', async () => {
  const store = await openStore()
  const id = store.order()
  const added = store.sandbox.transactions.add({ order_id: id, count: 260 })
  expect((await pageOf(store, id, '?limit=7&page=3')).ids).toEqual(added.slice(14, 21))
  expect((await pageOf(store, id, '?limit=1000')).ids).toHaveLength(250)
  expect((await pageOf(store, id, '?page=99')).ids).toEqual([])
})

test('newest first, other sizes, and no word about pages', async () => {
  const store = await openStore()
  const id = store.order()
  const added = store.sandbox.transactions.add({ order_id: id, count: 5 })
  store.sandbox.configure({
    transactions_order: 'newest_first',
    transactions_per_page: 2,
    transactions_pagination: false,
  })
  expect(await pageOf(store, id)).toEqual({
    status: 200,
    ids: added.toReversed().slice(0, 2),
    pagination: undefined,
  })
})

test.each([
  { ignore: ['page'] as const, query: '?page=2&limit=2', ids: [0, 1], page: 1 },
  { ignore: ['limit'] as const, query: '?page=2&limit=2', ids: [3, 4], page: 2 },
])('a store that ignores $ignore', async ({ ignore, query, ids, page }) => {
  const store = await openStore()
  const id = store.order()
  const added = store.sandbox.transactions.add({ order_id: id, count: 5 })
  store.sandbox.configure({ transactions_per_page: 3, transactions_ignore: [...ignore] })
  const shown = await pageOf(store, id, query)
  expect(shown.ids).toEqual(ids.map((index) => added[index]))
  expect(shown.pagination).toMatchObject({ current_page: page })
})

test('transactions that no payment made move no money, and may be older than the order', async () => {
  const { sandbox, control, transactions, order } = await openStore()
  const id = order()
  const added = await control('/transactions', {
    method: 'POST',
    body: { order_id: id, event: 'void', amount: 500, age_ms: 86_400_000, reference_transaction_id: 7 },
  })
  expect(added.status).toBe(201)
  const [shown] = (await transactions(id)).body.data as unknown as [Record<string, unknown>]
  expect(shown).toMatchObject({ event: 'void', amount: 5, reference_transaction_id: 7 })
  expect(Date.now() - Date.parse(String(shown.date_created))).toBeGreaterThan(86_000_000)
  expect(sandbox.charges()).toEqual([])
  expect(sandbox.orders.get(id).status_id).toBe(0)
})

test('one transaction can show other fields than it has, another stays as it is', async () => {
  const { sandbox, control, transactions, order } = await openStore()
  const id = order()
  const [odd] = sandbox.transactions.add({ order_id: id, count: 2 })
  await control('/odd-fields', {
    method: 'POST',
    body: {
      what: 'transaction',
      id: odd,
      set: { amount: 0.30000000000000004, id: String(odd) },
      omit: ['status'],
    },
  })
  const shown = (await transactions(id)).body.data as unknown as Record<string, unknown>[]
  expect(shown[0]).toMatchObject({ id: String(odd), amount: 0.30000000000000004 })
  expect(shown[0]).not.toHaveProperty('status')
  expect(shown[1]).toMatchObject({ amount: 60.98, status: 'ok' })

  await control('/odd-fields', { method: 'DELETE' })
  expect((await transactions(id)).body.data[0]).toMatchObject({ id: odd, status: 'ok' })
})

test('all transactions, orders and methods can show null where a value belongs', async () => {
  const { sandbox, manage, methods, pay, transactions, order } = await openStore()
  const id = order()
  sandbox.oddFields.add({ what: 'order', set: { default_currency_code: null, customer_id: '' } })
  sandbox.oddFields.add({
    what: 'method',
    id: 'stripe.card',
    set: { stored_instruments: null },
    omit: ['name'],
  })
  sandbox.oddFields.add({ what: 'transaction', set: { amount: null } })

  expect((await manage(`/v2/orders/${id}`)).body).toMatchObject({
    default_currency_code: null,
    customer_id: '',
  })
  const listed = (await methods(id)).body.data
  expect(listed.find((method) => method.id === 'stripe.card')).toMatchObject({ stored_instruments: null })
  expect(listed.find((method) => method.id === 'stripe.card')).not.toHaveProperty('name')
  expect(listed.find((method) => method.id === 'authorizenet.card')).toHaveProperty('name')
  expect((await pay(id)).status).toBe(201)
  expect((await transactions(id)).body.data).toMatchObject([{ amount: null }])
  expect(sandbox.orders.get(id)).toMatchObject({ customer_id: 11, default_currency_code: 'USD' })
})

test.each([
  { letters: 'capitalized', shown: 'Captured' },
  { letters: 'upper', shown: 'CAPTURED' },
] as const)('payment_status in $letters letters', async ({ letters, shown }) => {
  const { sandbox, manage, pay, order } = await openStore()
  sandbox.configure({ payment_status_case: letters })
  const id = order()
  await pay(id)
  expect((await manage(`/v2/orders/${id}`)).body).toMatchObject({ payment_status: shown })
})

test('a list that shifts while it is read: some rows come twice, and others not at all', async () => {
  const store = await openStore()
  const id = store.order()
  const [first, second, third] = store.sandbox.transactions.add({ order_id: id, count: 3 })
  store.sandbox.configure({ transactions_order: 'shifting', transactions_per_page: 2 })
  expect((await pageOf(store, id)).ids).toEqual([first, second])
  expect((await pageOf(store, id, '?page=2')).ids).toEqual([first])
  expect((await pageOf(store, id)).ids).toEqual([third, first])
})

test.each([
  { amounts: 'text' as const, amount: '60.98' },
  { amounts: 'noisy' as const, amount: 60.98000000000001 },
])('amounts as $amounts', async ({ amounts, amount }) => {
  const { sandbox, transactions, order } = await openStore()
  const id = order()
  sandbox.transactions.add({ order_id: id })
  sandbox.configure({ transactions_amounts: amounts })
  const [shown] = (await transactions(id)).body.data as unknown as [Record<string, unknown>]
  expect(shown.amount).toBe(amount)
})
