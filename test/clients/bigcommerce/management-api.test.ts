import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { createCallHeaders } from '../../../src/clients/bigcommerce/exchange.ts'
import { createManagementApi, type ManagementApi } from '../../../src/clients/bigcommerce/management-api.ts'
import { createManagementHttp } from '../../../src/clients/bigcommerce/management-call.ts'
import { createRenewable } from '../../../src/config/renewable.ts'
import { Problem, type ProblemBody } from '../../../src/domain/problem.ts'
import { isSameSealed, reveal, Sealed } from '../../../src/domain/sealed.ts'
import { contextOf, type HttpHost, json, refusedUrl, startHttpHost, startNetHost } from './http-host.ts'
import { plainMethod as method } from './listed-methods.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** RFC 9562 §5.9 and §5.10, as people and programs write them. */
const nilUuids = [
  '00000000-0000-0000-0000-000000000000',
  '{00000000-0000-0000-0000-000000000000}',
  '0'.repeat(32),
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
]

interface Script {
  readonly status: number
  readonly body?: unknown
  readonly text?: string
  readonly headers?: Record<string, string>
}

/** The API, in front of a host that answers in turn as scripted, and the last way for ever. */
async function managementApi(...script: Script[]): Promise<{ api: ManagementApi; host: HttpHost }> {
  let turn = 0
  const host = await startHttpHost((response) => {
    const {
      status,
      body,
      text,
      headers = {},
    } = script[Math.min(turn++, script.length - 1)] ?? { status: 500 }
    if (text !== undefined) response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(text)
    else if (body === undefined) response.writeHead(status, headers).end()
    else json(response, status, body, headers)
  })
  closing.push(() => host.close())
  return { api: apiAt(host.url), host }
}

function apiAt(
  url: string,
  trustedProxySecret: string | null = null,
  accessToken = createRenewable(new Sealed('store-token'), null),
): ManagementApi {
  const http = createManagementHttp({
    url,
    accessToken,
    callHeaders: createCallHeaders({ userAgent: 'Tillgate/test', trustedProxySecret }),
  })
  closing.push(() => http.close())
  return createManagementApi(http)
}

const mintedBy = async (api: ManagementApi) =>
  reveal((await api.createPaymentAccessToken(118, contextOf())).token)

async function problemOf(
  work: Promise<unknown>,
): Promise<ProblemBody & { retryAfterSeconds?: number | undefined }> {
  const error = await work.then(
    (value) => new Error(`answered ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Problem)) throw error
  return { ...error.toBody('request-1'), retryAfterSeconds: error.options.retryAfterSeconds }
}

const order = {
  id: 118,
  status_id: 0,
  customer_id: 7,
  total_inc_tax: '60.9800',
  store_credit_amount: '0.0000',
  gift_certificate_amount: '0.0000',
  currency_code: 'USD',
  default_currency_code: 'USD',
}
const inFull = { due: { amount: 6098, currency: 'USD' } }
const type = '/api-docs/getting-started/api-status-codes'

describe('an order', () => {
  test('is read by one GET with the store token, and with nothing of the shopper unless a secret says so', async () => {
    const { api, host } = await managementApi({ status: 200, body: order })
    expect(await api.getOrder(118, contextOf())).toEqual({
      id: 118,
      statusId: 0,
      paymentStatus: '',
      customerId: 7,
      total: { amount: 6098, currency: 'USD' },
      due: { amount: 6098, currency: 'USD' },
      paymentProviderId: '',
      cartId: null,
      source: '',
      createdAtMs: null,
      isArchived: false,
      answeredAtMs: expect.any(Number),
    })
    expect(host.seen).toHaveLength(1)
    expect(host.seen[0]).toMatchObject({
      method: 'GET',
      path: '/stores/abc123/v2/orders/118',
      body: '',
      headers: {
        accept: 'application/json',
        'x-auth-token': 'store-token',
        'user-agent': 'Tillgate/test',
        'x-correlation-id': contextOf().correlationId,
      },
    })
    const sent = Object.keys(host.seen[0]?.headers ?? {})
    for (const name of ['authorization', 'content-type', 'true-client-ip', 'x-bc-trusted-proxy-secret'])
      expect(sent).not.toContain(name)
  })

  test('is read behind something that changes answers (203), and nothing else is', async () => {
    const { api } = await managementApi(
      { status: 203, body: order },
      { status: 203, body: { id: 119 } },
      { status: 202, body: order },
    )
    expect(await api.getOrder(118, contextOf())).toMatchObject({ id: 118 })
    expect(await problemOf(api.getOrder(118, contextOf()))).toMatchObject({ code: 'upstream_unusable' })
    expect(await problemOf(api.getOrder(118, contextOf()))).toMatchObject({ code: 'upstream_unusable' })
  })

  test.each<[unknown, string | null]>([
    ['8C0B2FC5-0000-4000-8000-00000000002a', '8c0b2fc5-0000-4000-8000-00000000002a'],
    [' {8c0b2fc5-0000-4000-8000-00000000002a} ', '8c0b2fc5-0000-4000-8000-00000000002a'],
    ['8c0b2fc50000400080000000000000' + '2a', '8c0b2fc5-0000-4000-8000-00000000002a'],
    [77, '77'],
    ['77', '77'],
    ['gid://carts/AbC-77', 'gid://carts/abc-77'],
    ['qwertyuiopasdfghjklzxcvbnm', 'qwertyuiopasdfghjklzxcvbnm'],
    ['aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'],
    ['00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001'],
    ...[null, '', ' ', 0, '0', 'null', {}, [], false].map((none): [unknown, null] => [none, null]),
    ...nilUuids.map((none): [unknown, null] => [none, null]),
    ...[
      '-',
      'none',
      'None',
      'N/A',
      'nil',
      '[]',
      'false',
      '{}',
      '()',
      '""',
      '-1',
      -1,
      '0.0',
      'not applicable',
    ].map((none): [unknown, null] => [none, null]),
  ])('its cart %j has one spelling', async (cart_id, cartId) => {
    const { api } = await managementApi({ status: 200, body: { ...order, cart_id } })
    expect(await api.getOrder(118, contextOf())).toMatchObject({ cartId })
  })

  test("the shopper's address is passed on with the secret that makes it count", async () => {
    const { host } = await managementApi({ status: 200, body: order })
    await apiAt(host.url, 'proxy-secret').getOrder(118, contextOf())
    expect(host.seen[0]?.headers).toMatchObject({
      'true-client-ip': '203.0.113.9',
      'x-bc-trusted-proxy-secret': 'proxy-secret',
    })
  })

  test('a base address that ends in a slash makes no double slash', async () => {
    const { host } = await managementApi({ status: 200, body: order })
    await apiAt(`${host.url}/`).getOrder(118, contextOf())
    expect(host.seen[0]?.path).toBe('/stores/abc123/v2/orders/118')
  })

  test.each([
    ['a guest has no customer, rather than customer 0', { customer_id: 0 }, { customerId: null }],
    [
      'what is due is the total less store credit and gift certificates',
      { store_credit_amount: '10.0000', gift_certificate_amount: '0.9800' },
      { due: { amount: 5000, currency: 'USD' } },
    ],
    [
      'more credit than the order is worth leaves nothing due',
      { store_credit_amount: '61.0000' },
      { due: { amount: 0, currency: 'USD' } },
    ],
    [
      'the currency is the one that is charged, not the one displayed',
      { currency_code: 'JPY', default_currency_code: 'KWD', total_inc_tax: '1.005' },
      { due: { amount: 1005, currency: 'KWD' } },
    ],
    [
      'without a transactional currency, the displayed one is it',
      { default_currency_code: undefined },
      { due: { amount: 6098, currency: 'USD' } },
    ],
    [
      'an amount that comes as a number is read',
      { total_inc_tax: 60.98 },
      { due: { amount: 6098, currency: 'USD' } },
    ],
    [
      '{} where null is meant does not matter in fields that are not read',
      { credit_card_type: {} },
      { id: 118 },
    ],
    ['no credit may be null', { store_credit_amount: null, gift_certificate_amount: null }, inFull],
    ['no credit may be an empty text', { store_credit_amount: '', gift_certificate_amount: '' }, inFull],
    ['no credit may be left out', { store_credit_amount: undefined, gift_certificate_amount: {} }, inFull],
    ['no credit may have a sign', { store_credit_amount: '-0.0000' }, inFull],
    ['no transactional currency may be null', { default_currency_code: null }, inFull],
    ['no transactional currency may be an empty text', { default_currency_code: '' }, inFull],
    ['a currency may be in lower case', { currency_code: 'usd', default_currency_code: 'usd' }, inFull],
    ['ids may be text', { id: '118', customer_id: '7', status_id: '0' }, { customerId: 7, statusId: 0 }],
    ['no customer may be null', { customer_id: null }, { customerId: null }],
    ['no customer may be an empty text', { customer_id: '' }, { customerId: null }],
    ['no customer may be left out', { customer_id: undefined }, { customerId: null }],
    ['no payment status may be null', { payment_status: null }, { paymentStatus: '' }],
    ['words are without case', { payment_status: 'Captured' }, { paymentStatus: 'captured' }],
    ['an archived order reads', { is_deleted: true }, { isArchived: true }],
    ['a state that is not said is not guessed at', { status_id: undefined }, { statusId: null }],
    ['a float may have noise', { total_inc_tax: 60.980000000000004 }, inFull],
    [
      'without any currency the amount is left to the PAT',
      { currency_code: null, default_currency_code: null },
      { due: null },
    ],
    ['so is a fraction of a cent', { total_inc_tax: '107.1575' }, { due: null }],
    ['so is an amount that is none', { total_inc_tax: 'free' }, { due: null }],
    ['so is a total that is not said', { total_inc_tax: null }, { due: null }],
    ['so is credit that cannot be read', { store_credit_amount: '1,000.00' }, { due: null }],
  ])('%s', async (_what, change, expected) => {
    const { api } = await managementApi({ status: 200, body: { ...order, ...change } })
    expect(await api.getOrder(118, contextOf())).toMatchObject(expected)
  })

  test.each([
    ['no id', { ...order, id: undefined }],
    ['another order than the one asked for', { ...order, id: 119 }],
    ['a list', [order]],
    ['nothing', undefined],
  ])('%s is unusable, not guessed at', async (_what, body) => {
    const { api } = await managementApi({ status: 200, body })
    expect((await problemOf(api.getOrder(118, contextOf()))).code).toBe('upstream_unusable')
  })

  test('keeps the moment of its answer, by the clock of the other side', async () => {
    const date = 'Fri, 27 Nov 2026 10:00:00 GMT'
    const { api } = await managementApi({ status: 200, body: order, headers: { date } })
    expect((await api.getOrder(118, contextOf()))?.answeredAtMs).toBe(Date.UTC(2026, 10, 27, 10))
  })

  test('404 with a v2 list, HTML or nothing is no such order', async () => {
    for (const answer of [{ body: [{ status: 404, message: 'Not found' }] }, { text: '<html></html>' }, {}]) {
      const { api } = await managementApi({ status: 404, ...answer })
      expect(await api.getOrder(118, contextOf())).toBeNull()
    }
  })

  test('204 with no body is unusable, and is not "no such order"', async () => {
    const { api } = await managementApi({ status: 204 })
    expect((await problemOf(api.getOrder(118, contextOf()))).code).toBe('upstream_unusable')
  })
})

describe('transactions', () => {
  const rows = Array.from({ length: 3 }, (_, index) => ({
    id: index + 1,
    event: 'purchase',
    status: 'ok',
    amount: 60.98,
    currency: 'USD',
  }))
  const page = (number: number) => ({
    status: 200,
    body: {
      data: rows.slice(2 * number - 2, 2 * number),
      meta: { pagination: { total: 3, per_page: 2, current_page: number, total_pages: 2 } },
    },
  })

  test('are read to the last page, and again to see that they are the same', async () => {
    const { api, host } = await managementApi(page(1), page(2), page(1), page(2))
    const { transactions, isWhole } = await api.listTransactions(118, contextOf())
    expect([transactions.map(({ id }) => id), isWhole]).toEqual([[1, 2, 3], true])
    const paths = ['', '?page=2&limit=2'].map((query) => `/stores/abc123/v3/orders/118/transactions${query}`)
    expect(host.seen.map(({ path }) => path)).toEqual([...paths, ...paths])
  })

  test.each([
    [403, 'upstream_refused'],
    [404, 'upstream_unusable'],
    [503, 'upstream_unavailable'],
  ])('that are refused with %i are %s', async (status, code) => {
    const { api } = await managementApi({ status })
    expect((await problemOf(api.listTransactions(118, contextOf()))).code).toBe(code)
  })
})

describe('payment methods', () => {
  const stored = { type: 'stored_card', token: 't'.repeat(64) }

  test("are BigCommerce's own words, unknown instruments included and unknown fields left out", async () => {
    const full = {
      ...method,
      supported_instruments: [{ instrument_type: 'NEWBRAND', verification_value_required: true }],
      stored_instruments: [
        { type: 'stored_card', token: 't'.repeat(64), brand: 'VISA', last_4: '4242', is_default: true },
      ],
    }
    const { api, host } = await managementApi({
      status: 200,
      body: { data: [{ ...full, config: { key: 'secret' } }], meta: {} },
    })
    expect(await api.listPaymentMethods(118, contextOf())).toEqual({ methods: [full], leftOut: 0 })
    expect(host.seen.map(({ method: verb, path }) => `${verb} ${path}`)).toEqual([
      'GET /stores/abc123/v3/payments/methods?order_id=118',
    ])
  })

  test('a field of decoration that is not as documented is left out, and the rest is still an answer', async () => {
    const stored = { type: 'stored_card', token: 't', expiry_month: 'May', last_4: 42.5 }
    const { api } = await managementApi({
      status: 200,
      body: { data: [{ ...method, stored_instruments: [stored] }] },
    })
    const {
      methods: [only],
    } = await api.listPaymentMethods(118, contextOf())
    expect(only?.stored_instruments?.[0]).toEqual({ type: 'stored_card', token: 't' })
  })

  test('a name is no longer than the contract says that it may be', async () => {
    const { api } = await managementApi({
      status: 200,
      body: { data: [{ ...method, name: `${'a'.repeat(254)}🃏` }] },
    })
    const {
      methods: [only],
    } = await api.listPaymentMethods(118, contextOf())
    expect(only?.name).toBe(`${'a'.repeat(254)}\ufffd`)
  })

  test.each([
    ['an id of no sane length', { id: 'i'.repeat(256) }],
    ['a card number for a name', { name: '4242 4242 4242 4242' }],
    ['a card number for an id', { id: 'stripe.4242424242424242' }],
    ['more instruments than the contract allows', { stored_instruments: Array(1_001).fill(stored) }],
  ])('%s is not passed on', async (_, wrong) => {
    const { api } = await managementApi({ status: 200, body: { data: [{ ...method, ...wrong }] } })
    expect((await problemOf(api.listPaymentMethods(118, contextOf()))).code).toBe('upstream_unusable')
  })

  const other = { ...method, id: 'braintree.paypal', name: 'PayPal', type: 'paypal' }
  const listing = async (...data: unknown[]) => {
    const { api } = await managementApi({ status: 200, body: { data } })
    return api.listPaymentMethods(118, contextOf())
  }

  test.each([
    ['without its stored instruments', { stored_instruments: null }, {}],
    ['with {} for its stored instruments', { stored_instruments: {} }, {}],
    ['without its instruments', { supported_instruments: null }, {}],
    ['without a name', { name: null }, { name: 'braintree.paypal' }],
    ['with an empty name', { name: '' }, { name: 'braintree.paypal' }],
    ['with a name that is none', { name: {} }, { name: 'braintree.paypal' }],
    ['without a type', { type: null }, { type: 'card' }],
    ['without a word on test mode', { test_mode: null }, { test_mode: false }],
    ['in test mode 0', { test_mode: 0 }, { test_mode: false }],
    ['in test mode 1', { test_mode: '1' }, { test_mode: true }],
    ['in test mode of no sense', { test_mode: 'perhaps' }, { test_mode: false }],
  ])('a method %s is served with what is documented', async (_what, change, expected) => {
    const { methods, leftOut } = await listing({ ...other, ...change }, method)
    expect(methods).toEqual([{ ...other, ...expected }, method])
    expect(leftOut).toBe(0)
  })

  test.each([
    [
      'a stored one without a token',
      { stored_instruments: [{ ...stored, token: null }, stored] },
      { stored_instruments: [stored] },
    ],
    [
      'a stored one without a type',
      { stored_instruments: [{ token: 't' }, stored] },
      { stored_instruments: [stored] },
    ],
    ['a stored one that is null', { stored_instruments: [null, stored] }, { stored_instruments: [stored] }],
    [
      'one without a type',
      { supported_instruments: [{ instrument_type: null }, { instrument_type: 'VISA' }] },
      { supported_instruments: [{ instrument_type: 'VISA' }] },
    ],
  ])(
    'of its instruments, %s is left out, counted, and the others served',
    async (_what, change, expected) => {
      expect(await listing({ ...other, ...change }, method)).toEqual({
        methods: [{ ...other, ...expected }, method],
        leftOut: 1,
      })
    },
  )

  test.each([
    [null],
    [{}],
    [[]],
    ['text'],
    [{ ...other, id: null }],
    [{ ...other, id: 7 }],
    [{ ...other, id: '' }],
  ])('a method that is %j is left out, counted, and the others served', async (entry) => {
    expect(await listing(entry, method)).toEqual({ methods: [method], leftOut: 1 })
  })

  test('what is left out is logged with its number and nothing of what it was', async () => {
    const logged: Parameters<typeof contextOf>[0] = []
    const { api } = await managementApi({ status: 200, body: { data: [{ secret: 'CANARY' }, null, method] } })
    await api.listPaymentMethods(118, contextOf(logged))
    expect(logged).toEqual([
      { level: 'warn', fields: { orderId: 118, leftOut: 2 }, event: 'payment methods left out' },
    ])
  })

  test('a card number in a field of decoration is left out', async () => {
    const { api } = await managementApi({
      status: 200,
      body: { data: [{ ...method, stored_instruments: [{ ...stored, brand: '4242-4242-4242-4242' }] }] },
    })
    const {
      methods: [only],
    } = await api.listPaymentMethods(118, contextOf())
    expect(only?.stored_instruments?.[0]).toEqual(stored)
  })

  test('no method is an answer, no list is none', async () => {
    const empty = await managementApi({ status: 200, body: { data: [] } })
    expect(await empty.api.listPaymentMethods(118, contextOf())).toEqual({ methods: [], leftOut: 0 })
    const bare = await managementApi({ status: 200, body: [] })
    expect((await problemOf(bare.api.listPaymentMethods(118, contextOf()))).code).toBe('upstream_unusable')
  })
})

describe('a payment access token', () => {
  test('is made by one POST that names the order and nothing else', async () => {
    const { api, host } = await managementApi({ status: 201, body: { data: { id: 'pat' }, meta: {} } })
    expect(await mintedBy(api)).toBe('pat')
    expect(host.seen).toHaveLength(1)
    expect(host.seen[0]).toMatchObject({
      method: 'POST',
      path: '/stores/abc123/v3/payments/access_tokens',
      body: '{"order":{"id":118}}',
      headers: { 'content-type': 'application/json', 'x-auth-token': 'store-token' },
    })
  })

  test('says where no shopper is there', async () => {
    const { api, host } = await managementApi({ status: 201, body: { data: { id: 'pat' }, meta: {} } })
    await api.createPaymentAccessToken(118, contextOf(), true)
    expect(host.seen[0]?.body).toBe('{"order":{"id":118,"is_recurring":true}}')
  })

  test('comes with the moment at which it was made, by the clock of the other side', async () => {
    const headers = { date: 'Fri, 27 Nov 2026 10:00:00 GMT' }
    const { api } = await managementApi({ status: 201, body: { data: { id: 'pat' } }, headers })
    const { mintedAtMs } = await api.createPaymentAccessToken(118, contextOf())
    expect(mintedAtMs).toBe(Date.UTC(2026, 10, 27, 10))
  })

  test.each([{ data: {} }, { data: { id: '' } }, { id: 'pat' }, {}, undefined])(
    '%j is none',
    async (body) => {
      const { api } = await managementApi({ status: 201, body })
      expect((await problemOf(api.createPaymentAccessToken(118, contextOf()))).code).toBe('upstream_unusable')
    },
  )
})

describe('a refusal is told in our words, never with the upstream status or text', () => {
  const v3 = (status: number, more: object = {}) => ({
    status,
    title: 'CANARY',
    type,
    detail: 'CANARY',
    ...more,
  })
  const v2 = (status: number) => [{ status, message: 'CANARY', details: {} }]
  const html = '<html>CANARY</html>'

  test.each([
    ['400 v3', { status: 400, body: v3(400) }, 'upstream_unusable'],
    ['400 v2', { status: 400, body: v2(400) }, 'upstream_unusable'],
    ['400 with 10001', { status: 400, body: v3(400, { code: 10001, errors: {} }) }, 'payment_rejected'],
    ['401 v3', { status: 401, body: v3(401) }, 'upstream_refused'],
    ['401 v2', { status: 401, body: v2(401) }, 'upstream_refused'],
    ['401 {code,message}', { status: 401, body: { code: 401, message: 'CANARY' } }, 'upstream_refused'],
    [
      '401 with 10001, which is our credential too',
      { status: 401, body: v3(401, { code: 10001, errors: {} }) },
      'upstream_refused',
    ],
    ['403 v3', { status: 403, body: v3(403) }, 'upstream_refused'],
    ['403 HTML', { status: 403, text: html }, 'upstream_refused'],
    ['404 v3', { status: 404, body: v3(404) }, 'order_not_found'],
    ['404 with 30003', { status: 404, body: v3(404, { code: 30003 }) }, 'order_not_found'],
    ['409 v3', { status: 409, body: v3(409) }, 'order_not_payable'],
    ['422 with 30101', { status: 422, body: v3(422, { code: 30101 }) }, 'order_not_payable'],
    [
      '422 with 30101 as text',
      { status: 422, body: v3(422, { code: '30101', errors: {} }) },
      'order_not_payable',
    ],
    ['422 with 30000', { status: 422, body: v3(422, { code: 30000 }) }, 'merchant_configuration'],
    ['422 with 3001', { status: 422, body: v3(422, { code: 3001 }) }, 'merchant_configuration'],
    ['422 with 30004', { status: 422, body: v3(422, { code: 30004 }) }, 'amount_changed'],
    ['422 with 30100', { status: 422, body: v3(422, { code: 30100 }) }, 'upstream_unavailable'],
    [
      '422 with fields',
      { status: 422, body: v3(422, { errors: { 'order.id': 'CANARY' } }) },
      'upstream_unusable',
    ],
    ['429 v3', { status: 429, body: v3(429) }, 'upstream_busy'],
    ['429 with nothing', { status: 429 }, 'upstream_busy'],
    ['302 to somewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'upstream_unusable'],
    ['500 v3', { status: 500, body: v3(500) }, 'upstream_unavailable'],
    ['502 HTML', { status: 502, text: html }, 'upstream_unavailable'],
    ['503 with nothing', { status: 503 }, 'upstream_unavailable'],
    ['200 HTML', { status: 200, text: html }, 'upstream_unusable'],
  ])('%s', async (_what, answer, code) => {
    const { api } = await managementApi(answer)
    const problem = await problemOf(api.createPaymentAccessToken(118, contextOf()))
    expect(problem.code).toBe(code)
    expect(JSON.stringify(problem)).not.toContain('CANARY')
  })

  test('a known code is shown, and its sentence with it', async () => {
    const { api } = await managementApi({ status: 422, body: v3(422, { code: 30002, errors: {} }) })
    expect(await problemOf(api.listPaymentMethods(118, contextOf()))).toMatchObject({
      bigcommerce_code: 30002,
      detail: 'The store has stored cards turned off. Nothing was charged.',
    })
  })

  test('429 says how long to wait, and is not repeated', async () => {
    const { api, host } = await managementApi({ status: 429, headers: { 'x-retry-after': '11' } })
    expect((await problemOf(api.getOrder(118, contextOf()))).retryAfterSeconds).toBe(11)
    expect(host.seen).toHaveLength(1)
  })
})

describe('an answer that does not come', () => {
  test('a 503 is asked again, three times for a read and twice for a PAT', async () => {
    const { api, host } = await managementApi({ status: 503 })
    await problemOf(api.getOrder(118, contextOf()))
    expect(host.seen).toHaveLength(3)
    await problemOf(api.createPaymentAccessToken(118, contextOf()))
    expect(host.seen).toHaveLength(5)
  })

  test('what comes at the second try is the answer', async () => {
    const { api } = await managementApi({ status: 502, text: '<html></html>' }, { status: 200, body: order })
    expect((await api.getOrder(118, contextOf()))?.id).toBe(118)
  })

  test('a refused connection is upstream_unavailable', async () => {
    const api = apiAt(await refusedUrl())
    expect((await problemOf(api.createPaymentAccessToken(118, contextOf()))).code).toBe(
      'upstream_unavailable',
    )
  })

  test('an answer cut off half-way is none, and neither is one of a megabyte and more', async () => {
    const cut = await startHttpHost((response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"id":118')
      setImmediate(() => response.destroy())
    })
    closing.push(() => cut.close())
    expect((await problemOf(apiAt(cut.url).createPaymentAccessToken(118, contextOf()))).code).toBe(
      'upstream_unavailable',
    )

    const { api } = await managementApi({
      status: 201,
      body: { data: { id: 'pat' }, padding: 'x'.repeat(1024 * 1024) },
    })
    expect((await problemOf(api.createPaymentAccessToken(118, contextOf()))).code).toBe(
      'upstream_unavailable',
    )
  })
})

test('100 Continue that was not asked for, before each answer on one connection, is passed over', async () => {
  const body = JSON.stringify(order)
  const host = await startNetHost((socket, heard) => {
    if (!heard.endsWith('\r\n\r\n')) return
    socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
  })
  closing.push(() => host.close())
  const api = apiAt(host.url)
  for (let turn = 0; turn < 3; turn++) expect((await api.getOrder(118, contextOf()))?.id).toBe(118)
  // Some went over a connection that had been used before.
  expect(host.heard.length).toBeLessThan(3)
})

test('an answer that is compressed without being asked for is read', async () => {
  const host = await startHttpHost((response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(order))),
  )
  closing.push(() => host.close())
  expect((await apiAt(host.url).getOrder(118, contextOf()))?.id).toBe(118)
})

describe('a store token that is rotated', () => {
  /** A host that takes one token, and a file that holds whatever the test writes into it. */
  async function rotating(good: string, onDisk: () => string | null) {
    const seen: string[] = []
    const host = await startHttpHost((response, { headers }) => {
      seen.push(String(headers['x-auth-token']))
      if (headers['x-auth-token'] !== good) json(response, 401, { status: 401 })
      else json(response, 200, { data: { id: 'pat' } })
    })
    closing.push(() => host.close())
    const sealedOnDisk = () => {
      const token = onDisk()
      return token === null ? null : new Sealed(token)
    }
    return {
      api: apiAt(host.url, null, createRenewable(new Sealed('old'), sealedOnDisk, isSameSealed)),
      seen,
    }
  }

  test('is read again when BigCommerce refuses it, and the call made again, once', async () => {
    const { api, seen } = await rotating('new', () => 'new')
    expect(await mintedBy(api)).toBe('pat')
    expect(await mintedBy(api)).toBe('pat')
    expect(seen).toEqual(['old', 'new', 'new'])
  })

  test('and is refused again, is a refusal', async () => {
    const { api, seen } = await rotating('newest', () => 'new')
    expect((await problemOf(api.createPaymentAccessToken(118, contextOf()))).code).toBe('upstream_refused')
    expect(seen).toEqual(['old', 'new'])
  })

  test.each([
    ['the same', () => 'old'],
    ['unusable', () => null],
  ])('with a file that is %s there is no second call', async (_what, onDisk) => {
    const { api, seen } = await rotating('new', onDisk)
    expect((await problemOf(api.createPaymentAccessToken(118, contextOf()))).code).toBe('upstream_refused')
    expect(seen).toEqual(['old'])
  })

  test('by one call serves all that are running', async () => {
    const { api, seen } = await rotating('new', () => 'new')
    const answers = await Promise.all([1, 2, 3].map(() => api.createPaymentAccessToken(118, contextOf())))
    expect(answers.map(({ token }) => reveal(token))).toEqual(['pat', 'pat', 'pat'])
    expect(seen.length).toBeLessThanOrEqual(6)
  })
})

describe('a refusal says what it can mean where it is given', () => {
  const coded = (code: number) => ({ status: 422, body: { status: 422, title: 'x', type: 'x', code } })

  test.each([30101, 30000, 30104, 10001])(
    'an order that cannot be read for %i is no word about paying it',
    async (code) => {
      const { api } = await managementApi(coded(code))
      expect((await problemOf(api.getOrder(118, contextOf()))).code).toBe('upstream_unusable')
    },
  )

  test.each([30102, 30104, 30051])('neither methods nor a token are declined with %i', async (code) => {
    const { api } = await managementApi(coded(code), coded(code))
    expect((await problemOf(api.listPaymentMethods(118, contextOf()))).code).toBe('upstream_unusable')
    expect((await problemOf(api.createPaymentAccessToken(118, contextOf()))).code).toBe('upstream_unusable')
  })
})
