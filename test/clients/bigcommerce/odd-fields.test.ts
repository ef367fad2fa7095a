import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classifyCharge } from '../../../src/clients/bigcommerce/classify-charge.ts'
import {
  readQuotaHeaders,
  retryAfterSeconds,
  type UpstreamAnswer,
} from '../../../src/clients/bigcommerce/exchange.ts'
import { createManagementApi } from '../../../src/clients/bigcommerce/management-api.ts'
import { judge, type Verdict } from '../../../src/domain/evidence.ts'
import { readPaymentAccessToken } from '../../../src/domain/payment-access-token.ts'
import { Problem } from '../../../src/domain/problem.ts'
import { PaymentMethodsResponse } from '../../../src/routes/orders/list-payment-methods.ts'
import { lookAtOrder } from '../../../src/services/look-at-order.ts'
import { attemptOf, mintedOf, patOf } from '../../domain/samples.ts'
import { contextOf } from '../../services/fakes.ts'
import { plainMethod } from './listed-methods.ts'

/*
 * Every answer of BigCommerce that is read, with each of its fields missing, null, empty, or of another type: nothing
 * throws but a Problem, nothing is withheld that can be served, and no doubt becomes a word.
 */

const missing = Symbol('missing')
/** What may stand where something else is documented. */
const ODD: readonly unknown[] = [
  ...[missing, null, '', {}, [], 0, -1, 1.5, true, false, 'text', ' ', '0', ['x'], { a: 1 }, [null]],
  '4242 4242 4242 4242',
  'x'.repeat(10_000),
]
const isNumber = (odd: unknown) => typeof odd === 'number' || odd === '0'
const isNothing = (odd: unknown) =>
  odd === missing || odd === null || odd === '' || JSON.stringify(odd) === '{}'

type Path = readonly (string | number)[]

/** Where the fields of a value are, however deep. */
const pathsOf = (value: unknown, at: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, member]) => {
        const path = [...at, Array.isArray(value) ? Number(name) : name]
        return [path, ...pathsOf(member, path)]
      })
    : []

/** The value with one field changed. */
function changed(value: unknown, path: Path, odd: unknown): unknown {
  const [name, ...rest] = path
  if (name === undefined) return odd
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) }
  const fields = copy as Record<string | number, unknown>
  if (rest.length === 0 && odd === missing) {
    if (Array.isArray(copy)) copy.splice(Number(name), 1)
    else delete fields[name]
  } else fields[name] = changed(fields[name], rest, odd)
  return copy
}

interface Oddity {
  readonly path: string
  readonly odd: unknown
  readonly value: unknown
}
const oddities = (value: unknown): Oddity[] =>
  pathsOf(value).flatMap((path) =>
    ODD.map((odd) => ({ path: path.join('.'), odd, value: changed(value, path, odd) })),
  )
const nameOf = ({ path, odd }: Oddity) =>
  `${path}: ${odd === missing ? 'missing' : (JSON.stringify(odd) ?? '').slice(0, 40)}`

const date = new Date(Date.UTC(2026, 0, 2, 3, 4, 5)).toUTCString()
const ok = (json: unknown, status = 200): UpstreamAnswer => ({ status, headers: { date }, json })

const order = {
  id: 118,
  status_id: 0,
  customer_id: 7,
  total_inc_tax: '60.9800',
  store_credit_amount: '0.0000',
  gift_certificate_amount: '0.0000',
  payment_status: '',
  payment_provider_id: '',
  currency_code: 'USD',
  default_currency_code: 'USD',
  is_deleted: false,
}
const captured = { ...order, status_id: 11, payment_status: 'captured', payment_provider_id: 'ch_1' }
const row = {
  id: 5,
  order_id: '118',
  event: 'purchase',
  method: 'credit_card',
  amount: 60.98,
  currency: 'USD',
  gateway: 'stripe',
  gateway_transaction_id: 'ch_1',
  payment_method_id: 'stripe.card',
  status: 'ok',
  test: false,
  fraud_review: false,
  reference_transaction_id: null,
  date_created: '2026-01-02T03:10:00+00:00',
}
const listOf = (...data: unknown[]) => ({
  data,
  meta: {
    pagination: { total: data.length, count: data.length, per_page: 50, current_page: 1, total_pages: 1 },
  },
})

interface Upstream {
  readonly order?: unknown
  /** What is answered for each page; the last for those after it. */
  readonly transactions?: readonly unknown[]
  readonly methods?: unknown
  readonly token?: unknown
}

/** The API in front of a host that answers 200 with what it is given. */
const apiOf = ({ order: shown = order, transactions = [listOf()], methods, token }: Upstream) =>
  createManagementApi({
    async call({ path }) {
      if (path.includes('/transactions')) {
        const page = Number(new URLSearchParams(path.split('?')[1]).get('page') ?? 1)
        return ok(transactions[Math.min(page, transactions.length) - 1])
      }
      if (path.includes('/methods')) return ok(methods)
      return path.includes('access_tokens') ? ok(token, 201) : ok(shown)
    },
    close: async () => {},
  })

const attempt = attemptOf({
  status: 'unknown',
  amount: 6098,
  currency: 'USD',
  patIssuedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  patExpiresAtMs: Date.UTC(2026, 0, 2, 4, 4, 5),
})

/** What a look proves of the attempt; `away` when it brought nothing. Anything but a Problem is thrown on. */
async function verdictOf(upstream: Upstream): Promise<Verdict['kind'] | 'away'> {
  try {
    const reading = await lookAtOrder(apiOf(upstream), 118, contextOf())
    return judge(attempt, reading, []).kind
  } catch (error) {
    if (error instanceof Problem) return 'away'
    throw error
  }
}

/** Those of the oddities of which the verdict is another than it may be. */
async function wrongVerdicts(
  all: readonly Oddity[],
  upstreamOf: (value: unknown) => Upstream,
  may: (kind: Verdict['kind'] | 'away', oddity: Oddity) => boolean,
): Promise<string[]> {
  const judged = await Promise.all(
    all.map(async (oddity) => ({ oddity, kind: await verdictOf(upstreamOf(oddity.value)) })),
  )
  return judged
    .filter(({ oddity, kind }) => !may(kind, oddity))
    .map(({ oddity, kind }) => `${nameOf(oddity)} → ${kind}`)
}

describe('an order', () => {
  test('is read whatever its fields are, as long as it is the one that was asked for', async () => {
    for (const oddity of oddities(order)) {
      const read = apiOf({ order: oddity.value }).getOrder(118, contextOf())
      if (oddity.path === 'id') await expect(read).rejects.toMatchObject({ code: 'upstream_unusable' })
      else {
        const { customerId, due } = (await read) ?? {}
        expect([7, null], nameOf(oddity)).toContain(customerId)
        const isRight = due === null || due?.amount === 6098 || isNumber(oddity.odd)
        expect(isRight, nameOf(oddity)).toBe(true)
      }
    }
  })

  test('that is odd hides no charge that the transactions show', async () => {
    const wrong = await wrongVerdicts(
      oddities(captured),
      (value) => ({ order: value, transactions: [listOf(row)] }),
      (kind) => kind === 'charged',
    )
    expect(wrong).toEqual([])
  })

  test('that is odd shows no charge, and where its state cannot be read, not that there is none', async () => {
    const wrong = await wrongVerdicts(
      oddities(order),
      (value) => ({ order: value }),
      (kind, { path, odd }) => {
        if (path === 'status_id') return kind === (isNumber(odd) && Number(odd) === 0 ? 'absent' : 'unclear')
        if (path === 'payment_status') return kind === (isNothing(odd) || odd === ' ' ? 'absent' : 'unclear')
        return kind === (path === 'id' ? 'unclear' : 'absent')
      },
    )
    expect(wrong).toEqual([])
  })
})

describe('a list of transactions', () => {
  /** A row says another thing plainly: another amount, or another method by which the order was paid elsewhere. */
  const saysOtherwise = ({ path, odd }: Oddity) =>
    (path.endsWith('.amount') && isNumber(odd)) ||
    (path.endsWith('.payment_method_id') && typeof odd === 'string' && odd.trim() !== '')

  test('that is odd hides no charge that the order shows', async () => {
    const wrong = await wrongVerdicts(
      oddities(listOf(row)),
      (value) => ({ order: captured, transactions: [value] }),
      (kind, oddity) => kind === 'charged' || saysOtherwise(oddity),
    )
    expect(wrong).toEqual([])
  })

  test('that is odd never proves that there is no charge', async () => {
    const wrong = await wrongVerdicts(
      oddities(listOf(row)),
      (value) => ({ transactions: [value] }),
      (kind, oddity) =>
        kind === 'charged' ||
        kind === 'unclear' ||
        (kind === 'pending' && oddity.path.endsWith('.event')) ||
        saysOtherwise(oddity) ||
        // No row at all, and a list that says so.
        JSON.stringify(oddity.value).startsWith('{"data":[]'),
    )
    expect(wrong).toEqual([])
  })

  test('whose pages are odd still shows the charge on the second', async () => {
    const declined = Array.from({ length: 50 }, (_, index) => ({ ...row, id: 100 + index, status: 'error' }))
    const pageOf = (page: number, data: unknown[]) => ({
      data,
      meta: {
        pagination: { total: 51, count: data.length, per_page: 50, current_page: page, total_pages: 2 },
      },
    })
    const isOfPages = ({ path }: Oddity) => path.startsWith('meta')
    const wrong = await wrongVerdicts(
      oddities(pageOf(1, declined)).filter(isOfPages),
      (value) => ({ transactions: [value, pageOf(2, [row]), pageOf(3, [])] }),
      (kind) => kind === 'charged',
    )
    expect(wrong).toEqual([])
    const second = await wrongVerdicts(
      oddities(pageOf(2, [row])).filter((oddity) => !saysOtherwise(oddity)),
      (value) => ({ transactions: [pageOf(1, declined), value, pageOf(3, [])] }),
      (kind) => kind !== 'absent' && kind !== 'failed',
    )
    expect(second).toEqual([])
  })
})

describe('payment methods', () => {
  const stored = {
    type: 'stored_card',
    token: 'a1'.repeat(32),
    is_default: true,
    brand: 'VISA',
    expiry_month: 9,
    expiry_year: 2030,
    issuer_identification_number: '424242',
    last_4: '4242',
    email: 'jane@example.com',
    masked_account_number: '****6789',
    issuer: 'First National',
  }
  const method = {
    id: 'stripe.card',
    name: 'Stripe',
    type: 'card',
    test_mode: false,
    supported_instruments: [{ instrument_type: 'VISA', verification_value_required: true }],
    stored_instruments: [stored],
  }
  const other = { ...method, id: 'braintree.paypal', name: 'PayPal', type: 'paypal' }
  const list = { data: [method, other], meta: {} }
  const isShown = (id: string, shown: { readonly id: string }[]) => shown.some((each) => each.id === id)
  /** A card number may be anything; it is not passed on, and takes the method along where it stands for its name. */
  const isCardNumber = ({ odd }: Oddity) => odd === '4242 4242 4242 4242'

  test('are all served but the one of which too little can be read, as the contract promises', async () => {
    const odd = oddities(list).filter(({ path }) => path.startsWith('data.0'))
    for (const oddity of odd) {
      const { methods } = await apiOf({ methods: oddity.value }).listPaymentMethods(118, contextOf())
      expect(
        methods.find(({ id }) => id === other.id),
        nameOf(oddity),
      ).toEqual(other)
      const field = oddity.path.replace('data.0', '')
      const mayBeGone =
        field === '' || field === '.id' || (/^\.(name|type)$/.test(field) && isCardNumber(oddity))
      expect(isShown(method.id, methods) || mayBeGone, nameOf(oddity)).toBe(true)
      const meta = { order: { id: 118, amount: 6098, currency: 'USD', payable: true } }
      const body = { data: methods.map((each) => ({ ...each, accepts: [] })), meta }
      expect(PaymentMethodsResponse.safeParse(body).success, nameOf(oddity)).toBe(true)
      expect(JSON.stringify(methods)).not.toContain('4242 4242')
    }
  })

  test('are none only where BigCommerce says so', async () => {
    for (const oddity of oddities({ data: [method], meta: {} })) {
      const read = apiOf({ methods: oddity.value }).listPaymentMethods(118, contextOf())
      const known = await read.catch((error: unknown) => error)
      if (known instanceof Problem) expect(known.code, nameOf(oddity)).toBe('upstream_unusable')
      else {
        const isEmpty = JSON.stringify(oddity.value).startsWith('{"data":[]')
        expect((known as { methods: unknown[] }).methods.length > 0, nameOf(oddity)).toBe(!isEmpty)
      }
    }
  })
})

describe('an access token', () => {
  const claims = {
    iss: 'payments.bigcommerce.com',
    sub: 'abc123',
    iat: 1_700_000_000,
    nbf: 1_700_000_000,
    exp: 1_700_003_600,
    jti: '5b1c7c1e-0000-4000-8000-000000000003',
    data: { store_id: '1001336324', order_id: '118', amount: 6098, currency: 'USD' },
  }

  test('is made or is not, and nothing else comes of an odd answer', async () => {
    for (const oddity of oddities({ data: { id: 'pat' }, meta: {} })) {
      const minted = apiOf({ token: oddity.value }).createPaymentAccessToken(118, contextOf())
      const known = await minted.catch((error: unknown) => error)
      if (known instanceof Error) expect(known, nameOf(oddity)).toMatchObject({ code: 'upstream_unusable' })
    }
  })

  test('with odd claims is worth nothing, unless nothing depends on them', () => {
    const read = (value: unknown) => readPaymentAccessToken(mintedOf(patOf(value)))
    const right = read(claims)
    const free = new Set(['iss', 'nbf', 'jti', 'data.store_id'])
    for (const oddity of oddities(claims)) {
      const known = read(oddity.value)
      if (free.has(oddity.path)) expect(known, nameOf(oddity)).toEqual(right)
      else if (oddity.path === 'iat') expect(known, nameOf(oddity)).toMatchObject({ due: right?.due })
      else expect(known, nameOf(oddity)).not.toEqual(right)
    }
  })
})

describe('an answer to a charge', () => {
  const kindOf = (status: number, json: unknown) =>
    classifyCharge({ status, headers: { date }, json }, { savesInstrument: false }).kind
  const paid = { data: { id: 'bc-1', status: 'success', transaction_type: 'purchase' }, meta: {} }
  const refusal = {
    status: 422,
    title: 'Declined',
    type: 'https://x',
    detail: 'x',
    code: 30104,
    errors: {},
  }

  test('that is odd is a success only where it says so, and a refusal never', () => {
    for (const oddity of oddities(paid)) {
      const kind = kindOf(201, oddity.value)
      const isClear = !/^data$|^data\.(id|status)$/.test(oddity.path)
      expect(['succeeded', 'unknown'], nameOf(oddity)).toContain(kind)
      if (oddity.path.startsWith('meta')) expect(kind).toBe('succeeded')
      if (!isClear && oddity.path === 'data.status') expect(kind, nameOf(oddity)).toBe('unknown')
    }
  })

  test('that refuses and is odd is a decline only with its code, and a success never', () => {
    for (const oddity of oddities(refusal)) {
      for (const status of [400, 402, 422]) {
        const kind = kindOf(status, oddity.value)
        expect(['declined', 'unknown'], nameOf(oddity)).toContain(kind)
        if (oddity.path === 'code') expect(kind, nameOf(oddity)).toBe('unknown')
        else expect(kind, nameOf(oddity)).toBe('declined')
      }
    }
  })
})

test('odd headers are no quota, and never a pause of more than a minute', () => {
  const headers = {
    'x-rate-limit-requests-quota': '150',
    'x-rate-limit-requests-left': '149',
    'x-rate-limit-time-window-ms': '30000',
    'x-rate-limit-time-reset-ms': '12345',
    'x-retry-after': '3',
    date,
  }
  for (const { value } of oddities(headers)) {
    const answer = { status: 429, headers: value as UpstreamAnswer['headers'], json: undefined }
    const quota = readQuotaHeaders(answer)
    if (quota) expect(quota.limit >= 1 && quota.remaining >= 0 && quota.resetMs <= 60_000).toBe(true)
    expect(retryAfterSeconds(answer)).toBeLessThanOrEqual(60)
  }
})

describe('several fields odd at once', () => {
  const anyOdd = fc.oneof(fc.constantFrom(...ODD), fc.jsonValue())
  const several = (value: object) =>
    fc
      .array(fc.tuple(fc.constantFrom(...pathsOf(value)), anyOdd), { minLength: 1, maxLength: 6 })
      .map((changes) =>
        changes.reduce<unknown>((made, [path, odd]) => changeWhereItIs(made, path, odd), value),
      )
  /** A path may be gone by an earlier change. */
  function changeWhereItIs(value: unknown, path: Path, odd: unknown): unknown {
    const parent = path.slice(0, -1).reduce<unknown>((at, name) => Object(at)[name], value)
    return typeof parent === 'object' && parent !== null ? changed(value, path, odd) : value
  }

  test('show no charge on an order that has none, and hide none of two', async () => {
    await fc.assert(
      fc.asyncProperty(several(order), several(listOf({ ...row, status: 'error' })), async (shown, list) => {
        expect(await verdictOf({ order: shown, transactions: [list] })).not.toBe('charged')
      }),
      { numRuns: 500 },
    )
    await fc.assert(
      fc.asyncProperty(several(order), async (shown) => {
        expect(await verdictOf({ order: shown, transactions: [listOf(row)] })).toBe('charged')
      }),
      { numRuns: 500 },
    )
  })

  test('withhold no method but the odd one', async () => {
    const odd = { ...plainMethod, id: 'odd.card', stored_instruments: [{ type: 'stored_card', token: 't' }] }
    await fc.assert(
      fc.asyncProperty(several(odd), async (entry) => {
        const { methods } = await apiOf({ methods: { data: [entry, plainMethod] } }).listPaymentMethods(
          118,
          contextOf(),
        )
        expect(methods).toContainEqual(plainMethod)
      }),
      { numRuns: 500 },
    )
  })
})
