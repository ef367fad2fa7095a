import { describe, expect, test } from 'vitest'
import type { UpstreamAnswer } from '../../../src/clients/bigcommerce/exchange.ts'
import { readOrderTransactions } from '../../../src/clients/bigcommerce/order-transactions.ts'
import { Problem } from '../../../src/domain/problem.ts'

const date = 'Fri, 27 Nov 2026 10:00:00 GMT'
const dateMs = Date.UTC(2026, 10, 27, 10)
const answer = (
  json: unknown,
  status = 200,
  headers: UpstreamAnswer['headers'] = { date },
): UpstreamAnswer => ({
  status,
  headers,
  json,
})
const row = (id: unknown, change: object = {}) => ({
  id,
  order_id: '118',
  event: 'purchase',
  method: 'credit_card',
  amount: 60.98,
  currency: 'USD',
  gateway: 'stripe',
  payment_method_id: 'stripe.card',
  status: 'ok',
  reference_transaction_id: null,
  date_created: '2026-11-27T09:59:58+00:00',
  ...change,
})
const rowsOf = (count: number, change: object = {}) =>
  Array.from({ length: count }, (_, index) => row(index + 1, change))

type Row = ReturnType<typeof row>
/** Answers a page by the rows that there are at that moment. */
type Server = (page: number, limit: number, rows: readonly Row[]) => UpstreamAnswer | Problem

const pagination = (page: number, limit: number, total: number, data: readonly unknown[]) => ({
  total,
  count: data.length,
  per_page: limit,
  current_page: page,
  total_pages: Math.ceil(total / limit),
})
/** As BigCommerce's lists are. */
const paged: Server = (page, limit, rows) => {
  const data = rows.slice((page - 1) * limit, page * limit)
  return answer({ data, meta: { pagination: pagination(page, limit, rows.length, data) } })
}

async function reading(server: Server, rows: readonly Row[] | ((call: number) => readonly Row[]), size = 50) {
  const asked: string[] = []
  const result = await readOrderTransactions({
    orderId: 118,
    read: async (query) => {
      asked.push(query)
      const said = new URLSearchParams(query)
      const present = typeof rows === 'function' ? rows(asked.length) : rows
      const answered = server(Number(said.get('page') ?? 1), Number(said.get('limit') ?? size), present)
      if (answered instanceof Problem) throw answered
      return answered
    },
    problemOf: ({ status }) => new Problem('upstream_unusable', { detail: String(status) }),
  })
  return { ids: result.transactions.map(({ id }) => id), ...result, asked }
}

describe('all pages are read', () => {
  test('of a list of one page, once', async () => {
    expect(await reading(paged, rowsOf(50))).toMatchObject({ isWhole: true, asked: [''] })
  })

  test.each([
    [51, 50],
    [60, 50],
    [101, 50],
    [61, 10],
    [7, 1],
    [300, 250],
  ])('of %i entries in pages of %i, twice, so that it shows when they shift', async (count, size) => {
    const { ids, isWhole, asked } = await reading(paged, rowsOf(count), size)
    expect(ids).toEqual(rowsOf(count).map(({ id }) => id))
    expect(isWhole).toBe(true)
    expect(asked).toHaveLength(2 * Math.ceil(count / size))
  })

  test('where the answers say nothing of pages, until one is empty', async () => {
    const silent: Server = (page, limit, rows) =>
      answer({ data: rows.slice((page - 1) * limit, page * limit), meta: {} })
    expect(await reading(silent, rowsOf(60))).toMatchObject({ isWhole: true })
    expect((await reading(silent, rowsOf(60))).ids).toHaveLength(60)
    expect((await reading(silent, rowsOf(3), 2)).ids).toHaveLength(3)
  })

  test('a server that has no pages gives all at once', async () => {
    const unpaged: Server = (_page, _limit, rows) => answer({ data: rows, meta: {} })
    expect(await reading(unpaged, rowsOf(3))).toMatchObject({ isWhole: true, ids: [1, 2, 3] })
    // So many may be the first page of a server that does not say so.
    expect(await reading(unpaged, rowsOf(50))).toMatchObject({ isWhole: false })
    const refusing: Server = (page, _limit, rows) =>
      page === 1 ? answer({ data: rows, meta: {} }) : answer({ title: 'not a parameter' }, 422)
    expect(await reading(refusing, rowsOf(3))).toMatchObject({ isWhole: true, ids: [1, 2, 3] })
    expect(await reading(refusing, rowsOf(60))).toMatchObject({ isWhole: false })
  })

  test('204 and an empty list are no transactions, and that is all', async () => {
    expect(await reading(() => answer(undefined, 204), [])).toMatchObject({ isWhole: true, ids: [] })
    expect(await reading(paged, [])).toMatchObject({ isWhole: true, ids: [] })
    expect(await reading(() => answer({ data: [], meta: {} }), [])).toMatchObject({
      isWhole: true,
      asked: [''],
    })
  })
})

test('what was given back counts by its size, however its sign is', async () => {
  for (const amount of [60.98, -60.98, '-60.98']) {
    const { isWhole, transactions } = await reading(paged, [row(1, { amount, event: 'refund' })])
    expect([isWhole, transactions[0]?.money]).toEqual([true, { amount: 6098, currency: 'USD' }])
  }
})

describe('a reading is partial, and shows what it has seen, where', () => {
  const lies =
    (change: (page: number) => object): Server =>
    (page, limit, rows) => {
      const data = rows.slice((page - 1) * limit, page * limit)
      return answer({
        data,
        meta: { pagination: { ...pagination(page, limit, rows.length, data), ...change(page) } },
      })
    }
  const pageTwo =
    (answered: UpstreamAnswer | Problem): Server =>
    (page, limit, rows) =>
      page === 2 ? answered : paged(page, limit, rows)

  test.each<[string, Server, number]>([
    ['the server ignores the page', (_page, limit, rows) => paged(1, limit, rows), 50],
    [
      'the server ignores the page and says that it does not',
      (page, limit, rows) => {
        const data = rows.slice(0, limit)
        return answer({ data, meta: { pagination: pagination(page, limit, rows.length, data) } })
      },
      50,
    ],
    ['a page is of another number', lies(() => ({ current_page: 1 })), 60],
    ['a page cannot be read', pageTwo(new Problem('upstream_unavailable')), 50],
    ['a page is refused', pageTwo(answer({ title: 'no' }, 404)), 50],
    ...[403, 408, 423, 499].map((status): [string, Server, number] => [
      `the answers say nothing of pages, and the second one is ${status}`,
      (page, _limit, rows) => (page === 1 ? answer({ data: rows.slice(0, 10) }) : answer({}, status)),
      10,
    ]),
    ['a page is empty', pageTwo(answer(undefined, 204)), 50],
    ['a page is no list', pageTwo(answer({ data: null })), 50],
    ['a page says nothing of pages', pageTwo(answer({ data: rowsOf(60).slice(50), meta: {} })), 60],
    ['the total is more than there is', lies(() => ({ total: 70, total_pages: 2 })), 60],
    ['the total is less than there is', lies(() => ({ total: 40 })), 60],
    ['the total changes between pages', lies((page) => ({ total: 59 + page })), 60],
    [
      'the pages never end',
      (page, limit, rows) => lies(() => ({ total_pages: page + 5, total: null }))(page, limit, rows),
      60,
    ],
  ])('%s', async (_what, server, seen) => {
    const { ids, isWhole, showsAllVoids, asked } = await reading(server, rowsOf(60))
    expect([isWhole, showsAllVoids]).toEqual([false, false])
    expect(new Set(ids).size).toBe(seen)
    expect(ids).toHaveLength(seen)
    expect(asked.length).toBeLessThan(50)
  })

  test('a next page is named beside a count of one, and has more', async () => {
    const named: Server = (page, limit, rows) => {
      const data = rows.slice((page - 1) * 10, page * 10)
      const links = page === 1 ? { next: '?page=2&limit=10' } : {}
      return answer({
        data,
        meta: { pagination: { ...pagination(page, limit, 10, data), total_pages: 1, links } },
      })
    }
    expect(await reading(named, rowsOf(11))).toMatchObject({ isWhole: false, showsAllVoids: false })
    expect((await reading(named, rowsOf(11))).ids).toContain(11)
    const refusing =
      (status: number): Server =>
      (page, limit, rows) =>
        page === 1 ? named(page, limit, rows) : answer({}, status)
    for (const status of [400, 403, 408, 422, 423])
      expect(await reading(refusing(status), rowsOf(10))).toMatchObject({ isWhole: false })
    // Where that page has nothing, or does not exist, there is nothing more.
    expect(await reading(refusing(404), rowsOf(10))).toMatchObject({ isWhole: true })
    expect(await reading(named, rowsOf(10))).toMatchObject({ isWhole: true })
  })

  test.each([
    ['pagination', { count: 1, links: { next: '?page=2' } }],
    ['cursor_pagination', { count: 1, per_page: 1, end_cursor: 'x', links: { next: '?after=x' } }],
  ])('a next page is named in %s without a count, and refused', async (kind, said) => {
    const named: Server = (page, _limit, rows) =>
      page === 1
        ? answer({ data: rows, meta: { [kind]: said } })
        : answer({ title: 'Unknown parameter' }, 422)
    expect(await reading(named, rowsOf(1))).toMatchObject({ isWhole: false, showsAllVoids: false })
  })

  test('an entry is of a charge over nothing, or over less', async () => {
    for (const amount of [0, -60.98, '-60.98', 0.001])
      for (const event of ['purchase', 'authorization', 'capture', 'settled', 'pending']) {
        const { isWhole, transactions } = await reading(paged, [row(1, { amount, event })])
        expect([isWhole, transactions[0]?.money], `${event} ${amount}`).toEqual([false, null])
      }
  })

  test('a list of endless pages ends', async () => {
    let next = 0
    const endless: Server = (page) =>
      answer({ data: [row(++next)], meta: { pagination: { total_pages: 1_000_000, current_page: page } } })
    const { isWhole, asked } = await reading(endless, [])
    expect([isWhole, asked.length <= 40]).toEqual([false, true])
    const silent: Server = () => answer({ data: [row(++next)] })
    expect((await reading(silent, [])).isWhole).toBe(false)
  })

  test('an entry comes twice, on one page or on two', async () => {
    expect(await reading(paged, [row(1), row(1)])).toMatchObject({ isWhole: false, ids: [1] })
    const again = row(1, { status: 'error' })
    expect(await reading(paged, [row(1), again])).toMatchObject({ isWhole: false, ids: [1] })
    const newestFirst = (call: number) => (call < 2 ? [] : [row(100)]).concat(rowsOf(60).reverse())
    const { isWhole, ids } = await reading(paged, newestFirst)
    expect([isWhole, ids.length]).toEqual([false, 60])
  })

  test('an entry leaves the first page and another comes at the end: each page looks right', async () => {
    const shifting = (call: number) => (call < 2 ? rowsOf(60) : [...rowsOf(60).slice(1), row(61)])
    const { isWhole, showsAllVoids, ids } = await reading(paged, shifting)
    expect([isWhole, showsAllVoids]).toEqual([false, false])
    // What the second reading finds is seen as well.
    expect(ids).toContain(51)
  })

  test('an entry without an id is told from others by what it says, and counts once', async () => {
    const twice = { ...row(undefined), id: undefined }
    const unpaged: Server = () => answer({ data: [twice, { ...twice }] })
    expect(await reading(unpaged, [])).toMatchObject({ isWhole: false, ids: [null] })
  })

  test.each([
    ['no status', { status: null }],
    ['a status that is not documented', { status: 'pending' }],
    ['no amount, of a void that names nothing', { event: 'void', amount: null }],
    ['no amount, of a payment that is pending', { event: 'pending', amount: null }],
    ['no amount', { amount: null }],
    ['an amount half-way between two', { amount: 60.985 }],
    ['no currency', { currency: null }],
    ['no event', { event: undefined }],
    ['an event that is not documented', { event: 'sale' }],
    ['no id', { id: null }],
  ])('an entry has %s: it is doubt, and hides no other', async (_what, change) => {
    const { isWhole, transactions } = await reading(paged, [row(1, change), row(2)])
    expect(isWhole).toBe(false)
    expect(transactions.at(-1)).toMatchObject({ id: 2, money: { amount: 6098, currency: 'USD' } })
  })

  test.each([
    ['done, in the word of some gateways', { status: 'success' }],
    [
      'a void without an amount that names what it cancels',
      { event: 'void', amount: null, reference_transaction_id: 2 },
    ],
    ['a refund without an amount', { event: 'refund', amount: null }],
    ['a failed payment without a currency', { status: 'error', currency: null }],
  ])('an entry is %s: it can hide no charge', async (_what, change) => {
    expect(await reading(paged, [row(1, change), row(2)])).toMatchObject({ isWhole: true, ids: [1, 2] })
  })

  test.each([
    ['may be a void', { event: undefined }, false],
    ['is a void that does not say whether it is done', { event: 'void', status: null }, false],
    ['is a void of no amount', { event: 'void', amount: null }, true],
    ['is no void', { event: 'purchase', status: null, amount: null }, true],
  ])('an odd entry %s', async (_what, change, showsAllVoids) => {
    expect(await reading(paged, [row(1, change), row(2)])).toMatchObject({ isWhole: false, showsAllVoids })
  })

  test.each([[null], ['text'], [[]], [row(3, { order_id: '119' })]])(
    'an entry is %j, none of this order',
    async (entry) => {
      const { isWhole, showsAllVoids, ids } = await reading(() => answer({ data: [entry, row(2)] }), [])
      expect([isWhole, showsAllVoids, ids]).toEqual([false, false, [2]])
    },
  )
})

test.each([[403], [404], [500]])('a first page refused with %i is nothing to go by', async (status) => {
  await expect(reading(() => answer({ title: 'x' }, status), [])).rejects.toMatchObject({
    options: { detail: String(status) },
  })
})

test.each([[{ data: null, meta: {} }], [undefined], [[]], [{ data: {} }]])(
  'a first page of %j is nothing to go by',
  async (json) => {
    await expect(reading(() => answer(json), [])).rejects.toMatchObject({ code: 'upstream_unusable' })
  },
)

test('where BigCommerce is busy on a later page, all is put off', async () => {
  const busy: Server = (page, limit, rows) =>
    page === 2 ? new Problem('upstream_busy') : paged(page, limit, rows)
  await expect(reading(busy, rowsOf(60))).rejects.toMatchObject({ code: 'upstream_busy' })
})

describe('an entry is read as it comes', () => {
  test.each([
    ['whole', {}, {}],
    ['with its id as text', { id: '77' }, { id: 77 }],
    ['in capitals', { status: 'OK', event: 'PURCHASE', currency: 'usd' }, {}],
    ['with its amount as text', { amount: '60.9800' }, {}],
    ['with its amount as a float', { amount: 60.980000000000004 }, {}],
    ['without its method', { payment_method_id: '' }, { paymentMethodId: null }],
    ['with a method in capitals', { payment_method_id: 'Stripe.Card' }, {}],
    ['that follows another', { reference_transaction_id: '5' }, { referenceId: 5 }],
    ['with {} where null is meant', { reference_transaction_id: {}, order_id: {} }, {}],
    ['without a date', { date_created: null }, { createdAtMs: null }],
    ['with a date that is none', { date_created: '0' }, { createdAtMs: null }],
    ['with a date as V2 writes it', { date_created: 'Fri, 27 Nov 2026 09:59:58 +0000' }, {}],
    ['with its order as a number', { order_id: 118 }, {}],
  ])('%s', async (_what, change, expected) => {
    const { transactions, isWhole } = await reading(paged, [row(77, change)])
    expect(isWhole).toBe(true)
    expect(transactions).toEqual([
      {
        id: 77,
        event: 'purchase',
        status: 'ok',
        money: { amount: 6098, currency: 'USD' },
        method: 'credit_card',
        gatewayTransactionId: '',
        paymentMethodId: 'stripe.card',
        referenceId: null,
        createdAtMs: dateMs - 2_000,
        ...expected,
      },
    ])
  })
})

describe('the moment of the answers, by their own clock', () => {
  test('is the earliest of them', async () => {
    let second = 5
    const server: Server = (page, limit, rows) => {
      const { json } = paged(page, limit, rows) as UpstreamAnswer
      second -= 1
      return answer(json, 200, { date: `Fri, 27 Nov 2026 10:00:0${second} GMT` })
    }
    expect((await reading(server, rowsOf(60))).answeredAtMs).toBe(dateMs + 1_000)
  })

  test.each([[undefined], ['yesterday'], ['2026-11-27T10:00:00Z'], [['a', 'b']]])(
    'is not known where one says %j',
    async (said) => {
      const server: Server = (page, limit, rows) => {
        const { json } = paged(page, limit, rows) as UpstreamAnswer
        return answer(json, 200, { date: page === 2 ? said : date })
      }
      expect((await reading(server, rowsOf(60))).answeredAtMs).toBeNull()
      expect((await reading(server, rowsOf(6))).answeredAtMs).toBe(dateMs)
    },
  )
})
