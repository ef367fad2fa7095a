import { expect, onTestFinished, test } from 'vitest'
import { createCheckoutsApi } from '../../../src/clients/bigcommerce/checkouts-api.ts'
import { createCallHeaders } from '../../../src/clients/bigcommerce/exchange.ts'
import { createManagementHttp } from '../../../src/clients/bigcommerce/management-call.ts'
import { createRenewable } from '../../../src/config/renewable.ts'
import { Sealed } from '../../../src/domain/sealed.ts'
import { contextOf, endOf } from '../../services/fakes.ts'
import { startHttpHost } from './http-host.ts'
import { plainMethod } from './listed-methods.ts'

const id = '0a1b2c3d-0000-4000-8000-00000000abcd'
const cart = { id, customer_id: 7, currency: { code: 'USD' }, updated_time: '2026-11-27T10:00:00Z' }
const checkout = { data: { id, cart, grand_total: 60.980000000000004, order_id: '118' }, meta: {} }
const row = (change: object = {}) => ({
  id: 118,
  status_id: 0,
  cart_id: id.toUpperCase(),
  order_source: 'checkout_api',
  date_created: 'Fri, 27 Nov 2026 10:00:01 +0000',
  ...change,
})

interface Answer {
  readonly status: number
  readonly body?: unknown
}

/** The API before a host that gives these answers, the last one again and again; what it was asked is in `seen`. */
async function checkoutsApi(...answers: Answer[]) {
  const host = await startHttpHost((response, { path }) => {
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (!answer) throw new Error(`not expected: ${path}`)
    if (answer.status === 0) return response.destroy()
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    return response.end(answer.body === undefined ? '' : JSON.stringify(answer.body))
  })
  return { ...(await apiAt(host.url)), seen: host.seen, close: host.close }
}

async function apiAt(url: string) {
  const http = createManagementHttp({
    url,
    accessToken: createRenewable(new Sealed('store-token'), null),
    callHeaders: createCallHeaders({ userAgent: 'Tillgate/test', trustedProxySecret: null }),
  })
  onTestFinished(() => http.close())
  return { api: createCheckoutsApi(http) }
}

test('a checkout reads with its customer, total and order, and with what shows an edit', async () => {
  const { api } = await checkoutsApi({ status: 200, body: checkout })
  expect(await api.getCheckout(id, contextOf())).toEqual({
    id,
    customerId: 7,
    total: { amount: 6098, currency: 'USD' },
    orderId: 118,
    cart: { contents: expect.stringMatching(/^[0-9a-f]{64}$/), editedAtMs: Date.parse(cart.updated_time) },
  })
})

test.each([
  ['a guest’s', { cart: { ...cart, customer_id: 0 } }, { customerId: null }],
  ['without an order', { order_id: null }, { orderId: null }],
  ['without a total', { grand_total: null }, { total: null }],
])('a checkout: %s', async (_what, change, read) => {
  const { api } = await checkoutsApi({ status: 200, body: { data: { ...checkout.data, ...change } } })
  expect(await api.getCheckout(id, contextOf())).toMatchObject(read)
})

const items = (...list: object[]) => ({ cart: { ...cart, line_items: { physical_items: list } } })
const poster = { id: 'a', product_id: 1, quantity: 1, list_price: 10 }

test.each([
  ['another quantity', items({ ...poster, quantity: 2 }), false],
  ['another product', items({ ...poster, product_id: 2 }), false],
  ['another total', { ...items(poster), grand_total: 9 }, false],
  ['another moment', { cart: { ...items(poster).cart, updated_time: '2026-11-28T10:00:00Z' } }, true],
  ['another order', { ...items(poster), order_id: '119' }, true],
])('what a cart holds is the same: %s', async (_what, change, isSame) => {
  const before = { ...checkout.data, ...items(poster) }
  const { api } = await checkoutsApi(
    { status: 200, body: { data: before } },
    { status: 200, body: { data: { ...before, ...change } } },
  )
  const [one, other] = [await api.getCheckout(id, contextOf()), await api.getCheckout(id, contextOf())]
  expect(one?.cart.contents === other?.cart.contents).toBe(isSame)
})

test.each([
  [404, null],
  [401, 'upstream_unavailable'],
  [403, 'upstream_unavailable'],
  [503, 'upstream_unavailable'],
  [400, 'upstream_unusable'],
])('a checkout that answers %i', async (status, end) => {
  const { api } = await checkoutsApi({ status })
  expect(await endOf(api.getCheckout(id, contextOf()))).toBe(end)
})

test('an answer about another checkout is not used', async () => {
  const { api } = await checkoutsApi({ status: 200, body: { data: { ...checkout.data, id: 'other' } } })
  expect(await endOf(api.getCheckout(id, contextOf()))).toBe('upstream_unusable')
})

test('the orders of a cart are listed, page after page', async () => {
  const first = Array.from({ length: 2 }, (_, index) => row({ id: 1 + index }))
  const { api, seen } = await checkoutsApi(
    { status: 200, body: first },
    { status: 200, body: [row()] },
    { status: 204 },
  )
  const orders = await api.listOrdersOfCart(id, contextOf())
  expect(orders).toHaveLength(3)
  expect(orders.at(-1)).toMatchObject({
    id: 118,
    cartId: id,
    source: 'checkout_api',
    createdAtMs: Date.parse('2026-11-27T10:00:01Z'),
  })
  expect(seen.map(({ path }) => path.slice(path.indexOf('/v2')))).toEqual([
    `/v2/orders?cart_id=${id}`,
    `/v2/orders?cart_id=${id}&page=2`,
    `/v2/orders?cart_id=${id}&page=3`,
  ])
})

test.each([[404], [204]])(
  'a list ends with a page that answers %i, or brings the same again',
  async (status) => {
    const ends = await checkoutsApi({ status: 200, body: [row()] }, { status })
    expect(await ends.api.listOrdersOfCart(id, contextOf())).toHaveLength(1)
    const ignoring = await checkoutsApi({ status: 200, body: [row()] })
    expect(await ignoring.api.listOrdersOfCart(id, contextOf())).toHaveLength(1)
  },
)

test('no content is no order', async () => {
  const { api } = await checkoutsApi({ status: 204 })
  expect(await api.listOrdersOfCart(id, contextOf())).toEqual([])
})

test.each([
  ['a row of another cart', 200, [row(), row({ id: 119, cart_id: 'other' })]],
  ['a row that names no cart', 200, [row({ cart_id: null })]],
  ['a row that is no order', 200, [row(), 'order']],
  ['something else', 200, { data: [] }],
  ['a refusal of the scope', 403, {}],
  ['a failure', 500, {}],
])('a list with %s says nothing', async (_what, status, body) => {
  const { api } = await checkoutsApi({ status, body })
  expect(await endOf(api.listOrdersOfCart(id, contextOf()))).toBe('upstream_unavailable')
})

test.each<[string, Answer, object]>([
  ['made', { status: 200, body: { data: { id: 118 }, meta: {} } }, { kind: 'made', orderId: 118 }],
  ['no id', { status: 200, body: { data: {} } }, { kind: 'unknown' }],
  ['not ready', { status: 422, body: {} }, { kind: 'not_made', why: 'not_ready' }],
  ['gone', { status: 404 }, { kind: 'not_made', why: 'gone' }],
  ['refused', { status: 403 }, { kind: 'not_made', why: 'refused' }],
  ['a timeout of theirs', { status: 408 }, { kind: 'unknown' }],
  ['a failure', { status: 502 }, { kind: 'unknown' }],
  ['a redirect', { status: 302 }, { kind: 'unknown' }],
  ['no answer', { status: 0 }, { kind: 'unknown' }],
])('an order is made once, whatever is answered: %s', async (_what, answer, making) => {
  const { api, seen } = await checkoutsApi(answer)
  expect(await api.makeOrder(id, contextOf())).toEqual(making)
  expect(seen).toHaveLength(1)
  expect(seen[0]).toMatchObject({ method: 'POST', body: '' })
})

test('where no connection can be made, no order is', async () => {
  const { close } = await checkoutsApi({ status: 200 })
  await close()
  const { api } = await apiAt('http://127.0.0.1:1/stores/s')
  expect(await api.makeOrder(id, contextOf())).toMatchObject({ kind: 'not_made', why: 'not_asked' })
})

test('of listed methods, what cannot be understood is left out and logged with its number', async () => {
  const { api } = await checkoutsApi({
    status: 200,
    body: { data: [{ secret: 'CANARY' }, null, plainMethod] },
  })
  const logged: Parameters<typeof contextOf>[0] = []
  expect(await api.listCheckoutMethods(id, contextOf(logged))).toEqual({ methods: [plainMethod], leftOut: 2 })
  expect(logged).toEqual([{ level: 'warn', fields: { leftOut: 2 }, event: 'payment methods left out' }])
})

test.each([{ data: [null] }, { data: {} }, []])(
  'methods of which none can be understood are no answer: %j',
  async (body) => {
    const { api } = await checkoutsApi({ status: 200, body })
    expect(await endOf(api.listCheckoutMethods(id, contextOf()))).toBe('upstream_unusable')
  },
)
