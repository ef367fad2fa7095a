import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classifyCharge } from '../../../src/clients/bigcommerce/classify-charge.ts'
import { BIGCOMMERCE_CODES } from '../../../src/domain/bigcommerce-codes.ts'

const dateMs = Date.UTC(2026, 0, 2, 3, 4, 5)
const classify = (
  status: number,
  json?: unknown,
  headers: Record<string, string> = {},
  savesInstrument = false,
) =>
  classifyCharge(
    { status, headers: { date: new Date(dateMs).toUTCString(), ...headers }, json },
    { savesInstrument },
  )
const refusedOddly = { refused: { as: 'refused_oddly', atMs: dateMs } }
const refused = { refused: { as: 'refused', atMs: dateMs } }

const paid = { id: 'bc-1', status: 'success', transaction_type: 'purchase' }
const envelope = (more: object = {}) => ({ status: 422, title: 'Refused', type: 'https://x', ...more })
const unknown = (reason: string, bigcommerceCode: number | null = null) => ({
  kind: 'unknown',
  reason,
  bigcommerceCode,
})

describe('a recognised success', () => {
  test.each([200, 201, 202])('%i, in data as it is today or bare as it was until 2026', (status) => {
    const outcome = { kind: 'succeeded', bigcommercePaymentId: 'bc-1', transactionType: 'purchase' }
    expect(classify(status, { data: paid })).toEqual(outcome)
    expect(classify(status, { data: { ...paid, added_later: 1 }, meta: {} })).toEqual(outcome)
    expect(classify(status, paid)).toEqual(outcome)
  })

  test('an authorisation is a success too, and pending is none yet', () => {
    expect(classify(201, { data: { ...paid, transaction_type: 'authorization' } })).toMatchObject({
      kind: 'succeeded',
      transactionType: 'authorization',
    })
    expect(classify(201, { data: { ...paid, status: 'pending' } })).toMatchObject({ kind: 'pending' })
  })
})

describe('a success whose words are written otherwise', () => {
  test.each(['Success', 'SUCCESS', ' success '])('%j is the same word', (status) => {
    expect(classify(201, { data: { ...paid, status, transaction_type: 'PURCHASE' } })).toEqual(
      classify(201, { data: { ...paid, status: 'success', transaction_type: 'purchase' } }),
    )
    expect(classify(201, { ...paid, status, transaction_type: 'Authorization' })).toMatchObject({
      kind: 'succeeded',
      transactionType: 'authorization',
    })
  })

  test('a pending one is none yet, and a refusal beside it is no decline', () => {
    expect(classify(202, { data: { ...paid, status: 'PENDING' } })).toMatchObject({ kind: 'pending' })
    const both = { ...envelope({ code: 30102 }), data: { ...paid, status: 'SUCCESS' } }
    expect(classify(400, both)).toMatchObject({ kind: 'unknown', bigcommerceCode: 30102 })
  })
})

describe('a success that leaves something out', () => {
  test('may have a number for its id', () => {
    expect(classify(201, { data: { ...paid, id: 12345 } })).toMatchObject({
      kind: 'succeeded',
      bigcommercePaymentId: '12345',
    })
  })

  test.each([[undefined], [null], ['']])('may have %j for the kind of its transaction', (type) => {
    const data = { id: 'bc-1', status: 'success', transaction_type: type }
    expect(classify(201, { data })).toEqual({
      kind: 'succeeded',
      bigcommercePaymentId: 'bc-1',
      transactionType: null,
    })
    expect(classify(201, { data: { ...data, status: 'pending' } })).toMatchObject({ kind: 'pending' })
  })

  test('or not speak of it', () => {
    const outcome = { kind: 'succeeded', bigcommercePaymentId: 'bc-1', transactionType: null }
    expect(classify(201, { data: { id: 'bc-1', status: 'success' } })).toEqual(outcome)
  })
})

describe('any other 2xx is unknown: a success that cannot be read is not one, and no failure either', () => {
  test.each([
    ['an empty body', undefined, 'unreadable_answer'],
    ['null', null, 'unrecognised_answer'],
    ['an empty object', {}, 'unrecognised_answer'],
    ['data that is null', { data: null }, 'unrecognised_answer'],
    ['data that is a list', { data: [paid] }, 'unrecognised_answer'],
    ['another status', { data: { ...paid, status: 'failed' } }, 'unrecognised_answer'],
    [
      'a status in capitals without an id',
      { data: { ...paid, id: '', status: 'SUCCESS' } },
      'unrecognised_answer',
    ],
    ['a word that holds success', { data: { ...paid, status: 'SUCCESSFUL' } }, 'unrecognised_answer'],
    ['a list with the word', { data: { ...paid, status: ['success'] } }, 'unrecognised_answer'],
    ['a bare success in capitals without its type', { id: 'bc-1', status: 'SUCCESS' }, 'unrecognised_answer'],
    ['another type in capitals', { data: { ...paid, transaction_type: 'REFUND' } }, 'unrecognised_answer'],
    ['no status', { data: { id: 'bc-1', transaction_type: 'purchase' } }, 'unrecognised_answer'],
    ['another transaction type', { data: { ...paid, transaction_type: 'refund' } }, 'unrecognised_answer'],
    ['no id', { data: { ...paid, id: '' } }, 'unrecognised_answer'],
    ['a card number for an id', { data: { ...paid, id: '4242 4242 4242 4242' } }, 'unrecognised_answer'],
    [
      'a card number for an id, as a number',
      { data: { ...paid, id: 4242424242424242 } },
      'unrecognised_answer',
    ],
    ['an id that is no count', { data: { ...paid, id: 1.5 } }, 'unrecognised_answer'],
    ['a bare success without its type', { id: 'bc-1', status: 'success' }, 'unrecognised_answer'],
    ['an error envelope', envelope({ code: 30102 }), 'unrecognised_answer'],
    ["the SDK's words", { status: 'ok', id: 'bc-1', transaction_type: 'purchase' }, 'unrecognised_answer'],
    ['an additional action', { status: 'additional_action_required' }, 'unrecognised_answer'],
  ])('%s', (_what, json, reason) => {
    for (const status of [200, 201, 202, 204, 299]) expect(classify(status, json)).toEqual(unknown(reason))
  })
})

describe('a refusal in the words of BigCommerce', () => {
  const rows = Object.entries(BIGCOMMERCE_CODES).map(([code, row]) => ({ code: Number(code), ...row }))
  const shapes: [string, (code: number) => object][] = [
    ['a whole envelope', (code) => envelope({ code, errors: {} })],
    ['an envelope without errors, which are optional', (code) => envelope({ code })],
    ['a code in a string', (code) => envelope({ code: String(code), errors: {} })],
    ['field errors besides', (code) => envelope({ code, errors: { number: 'x' } })],
  ]

  describe.each(shapes)('%s', (_shape, body) => {
    test.each(rows.filter(({ charge }) => charge === 'declined'))('$code is a decline', ({ code }) => {
      const declined = { kind: 'declined', refusal: { by: 'code', bigcommerceCode: code } }
      for (const status of [400, 402, 422]) expect(classify(status, body(code))).toEqual(declined)
      for (const status of [404, 405, 408, 409, 413, 423, 499])
        expect(classify(status, body(code))).toEqual({
          ...unknown('unrecognised_answer', code),
          ...refusedOddly,
        })
    })
  })

  test('10000 and 30100 say nothing of the money; 30105 says that an earlier charge may stand', () => {
    for (const status of [400, 409, 422]) {
      expect(classify(status, envelope({ code: 10000, errors: {} }))).toEqual(
        unknown('unrecognised_answer', 10000),
      )
      expect(classify(status, envelope({ code: 30100, errors: {} }))).toEqual(
        unknown('unrecognised_answer', 30100),
      )
      expect(classify(status, envelope({ code: 30105, errors: {} }))).toEqual(
        unknown('possible_duplicate', 30105),
      )
    }
  })

  test.each([
    [{ code: ' 30105' }],
    [{ code: '30105.0' }],
    [{ errors: { code: '30105', payment: 'Duplicate' } }],
    [{ errors: [{ code: 30105, message: 'Duplicate' }] }],
    [{ data: { code: 30105 }, errors: { payment: 'Refused' } }],
    [{ code: 30104, errors: { payment: '30105' } }],
    [{ errors: { code: 'error.30105' } }],
    [{ errors: { 30105: 'Duplicate' } }],
    [{ title: 'Refused (30105)' }],
  ])('30105 counts wherever it is written: %j', (more) => {
    for (const status of [400, 402, 409, 422, 429, 500])
      expect(classify(status, envelope({ ...more, status }))).toEqual(unknown('possible_duplicate', 30105))
  })

  test.each([200, 201])('and on %i, where the answer is no success', (status) => {
    expect(classify(status, envelope({ code: 30105 }))).toEqual(unknown('possible_duplicate', 30105))
    expect(classify(status, { data: paid, meta: { code: 30105 } }).kind).toBe('succeeded')
  })

  test.each([
    [{ order_id: 30105 }],
    [{ title: 'The payment of order 30105 was declined' }],
    [{ amount: 30105 }],
    [{ request_id: '9f1a30105bcd4e' }],
    [{ instance: '/stores/abc/orders/30105' }],
    [{ errors: { payment: 'Refused for order 30105' } }],
  ])('a documented decline stays one where 30105 is part of something else: %j', (more) => {
    expect(classify(422, envelope({ code: 30103, ...more })).kind).toBe('declined')
  })

  test.each([
    [{ errors: { code: '10000' } }],
    [{ errors: { payment: 'Failed with 30101' } }],
    [{ code: 'gateway_timeout', errors: { gateway: 'no answer in time' } }],
    [{ code: '10000 ', errors: { gateway: 'error' } }],
  ])('field errors beside what leaves it open prove no decline: %j', (more) => {
    expect(classify(422, envelope(more))).toMatchObject({ kind: 'unknown', ...refused })
  })

  test.each([[130105], [301050], ['0.30105']])('but %j is another number', (code) => {
    expect(classify(422, envelope({ errors: { code } })).kind).toBe('declined')
  })

  test('a number that can be no code is unknown, and not passed on', () => {
    for (const code of [4242424242424242, -1, 1_000_000])
      expect(classify(422, envelope({ code, errors: { number: 'x' } }))).toEqual(
        unknown('unrecognised_answer', 0),
      )
  })

  test('a code that is in no table is unknown; one of a payment is an answer all the same', () => {
    expect(classify(422, envelope({ code: 39999, errors: {} }))).toEqual(
      unknown('unrecognised_answer', 39999),
    )
    for (const status of [400, 402, 422])
      expect(classify(status, envelope({ code: 30108 }))).toEqual({
        ...unknown('unrecognised_answer', 30108),
        ...refused,
      })
    expect(classify(409, envelope({ code: 30108 }))).toEqual({
      ...unknown('unrecognised_answer', 30108),
      ...refusedOddly,
    })
  })

  test('30050 after a card was to be saved may come after its charge', () => {
    expect(classify(422, envelope({ code: 30050 }), {}, true)).toEqual(unknown('unrecognised_answer', 30050))
    expect(classify(422, envelope({ code: 30050 })).kind).toBe('declined')
  })

  test('an answer without a Date says not when its window begins', () => {
    expect(
      classifyCharge({ status: 409, headers: {}, json: envelope() }, { savesInstrument: false }),
    ).toMatchObject({
      refused: { atMs: null },
    })
  })

  test('3001 is the 30001 of older answers', () => {
    expect(classify(422, envelope({ code: 3001, errors: {} }))).toMatchObject({
      kind: 'declined',
      refusal: { bigcommerceCode: 30001 },
    })
  })

  test.each([401, 403])('%i may be the answer to a second copy, whose first is charging', (status) => {
    expect(classify(status, envelope({ code: 30102, errors: {} }))).toEqual(unknown('token_refused', 30102))
    expect(classify(status, envelope({ code: 10001, errors: {} }))).toEqual(unknown('token_refused', 10001))
    expect(classify(status, envelope())).toMatchObject({ kind: 'unknown', reason: 'token_refused' })
  })

  test('30101 says that the order has changed, and perhaps by this very charge', () => {
    expect(classify(409, envelope({ code: 30101, errors: {} }))).toEqual(
      unknown('unrecognised_answer', 30101),
    )
  })

  test.each([401, 403])(
    '%i with 30105 is not "nothing was charged": an earlier charge may stand',
    (status) => {
      expect(classify(status, envelope({ code: 30105, errors: {} })).kind).toBe('unknown')
    },
  )

  test('that says success as well is none: which of the two is so, no one knows', () => {
    for (const data of [paid, { ...paid, status: 'pending' }])
      expect(classify(402, { ...envelope({ code: 30104 }), data })).toEqual(
        unknown('unrecognised_answer', 30104),
      )
  })

  test('named fields without a code are a refusal of the data', () => {
    const body = envelope({ errors: { 'payment.instrument.number': 'invalid' } })
    expect(classify(422, body)).toEqual({ kind: 'declined', refusal: { by: 'fields' } })
    expect(classify(400, { ...body, code: null })).toEqual({ kind: 'declined', refusal: { by: 'fields' } })
  })

  test.each(['three_d_secure_required', 'additional_action_required'])(
    '%s is a decline that asks for the shopper',
    (code) => {
      const refused = { kind: 'declined', refusal: { by: 'authentication_required' } }
      expect(classify(422, { status: 'error', errors: [{ code, message: 'x' }] })).toEqual(refused)
      expect(classify(400, envelope({ code: null, errors: [{ code: 'other' }, { code }] }))).toEqual(refused)
    },
  )
})

describe('a 4xx that is not in those words proves nothing', () => {
  test.each([
    ['an empty body', undefined, 'unreadable_answer'],
    ['a v2 list', [{ status: 400, message: 'x' }], 'unreadable_answer'],
    ['a stranger’s object', { message: 'blocked' }, 'unreadable_answer'],
    ['an envelope without code or fields', envelope(), 'unrecognised_answer'],
    ['an envelope with empty errors', envelope({ code: null, errors: {} }), 'unrecognised_answer'],
    [
      "the SDK's list with other words",
      envelope({ code: null, errors: [{ code: 'gateway_error' }] }),
      'unrecognised_answer',
    ],
  ])('%s', (_what, json, reason) => {
    const isAnswer = reason === 'unrecognised_answer'
    for (const status of [400, 402, 422])
      expect(classify(status, json), String(status)).toEqual({
        ...unknown(reason),
        ...(isAnswer ? refused : {}),
      })
    for (const status of [404, 405, 408, 409, 413, 423, 499])
      expect(classify(status, json), String(status)).toEqual({
        ...unknown(reason),
        ...(isAnswer ? refusedOddly : {}),
      })
  })

  test.each([401, 403])('%i without an envelope, as of a proxy between, is unknown', (status) => {
    expect(classify(status, undefined).kind).toBe('unknown')
    expect(classify(status, { message: 'forbidden' }).kind).toBe('unknown')
  })
})

test('every 5xx, 3xx and 1xx is unknown, even with a success or a decline in its body', () => {
  const bodies = [undefined, { data: paid }, paid, envelope({ code: 30102, errors: {} })]
  for (const status of [100, 301, 302, 307, 500, 501, 502, 503, 504, 507, 520, 599]) {
    for (const json of bodies)
      expect(classify(status, json)).toMatchObject({ kind: 'unknown', reason: 'server_error' })
  }
  expect(classify(500, envelope({ code: 10000, errors: {} }))).toEqual(unknown('server_error', 10000))
})

test("429 is BigCommerce's only with its own headers or its own body", () => {
  const away = { kind: 'turned_away', reason: 'rate_limited', retryAfterSeconds: 4, answeredAtMs: dateMs }
  expect(classify(429, { status: 429, title: 'Too many requests', errors: {} })).toEqual(away)
  expect(classify(429, undefined, { 'x-rate-limit-requests-left': '0' })).toEqual(away)
  expect(classify(429, undefined, { 'x-retry-after': '7' })).toEqual({ ...away, retryAfterSeconds: 7 })
  for (const json of [undefined, 'Too Many Requests', { message: 'slow down' }, { status: 429 }])
    expect(classify(429, json, { 'retry-after': '1' })).toEqual(unknown('unrecognised_answer'))
})

test('named fields are a refusal of the data on 400 and 422 alone', () => {
  const body = envelope({ errors: { payment: 'another payment is in progress' } })
  for (const status of [402, 404, 405, 408, 409, 413, 423, 499])
    expect(classify(status, body).kind, String(status)).toBe('unknown')
})

describe('for any status and any JSON', () => {
  const likely = fc.record(
    {
      id: fc.jsonValue(),
      status: fc.oneof(fc.constantFrom('success', 'pending'), fc.jsonValue()),
      transaction_type: fc.oneof(fc.constantFrom('purchase', 'authorization'), fc.jsonValue()),
      title: fc.oneof(fc.string(), fc.jsonValue()),
      code: fc.oneof(
        fc.constantFrom(...Object.keys(BIGCOMMERCE_CODES), ...Object.keys(BIGCOMMERCE_CODES).map(Number)),
        fc.jsonValue(),
      ),
      errors: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  const json = fc.oneof(
    likely,
    likely.map((data) => ({ data })),
    fc.jsonValue(),
    fc.constant(undefined),
  )
  const status = fc.oneof(
    fc.constantFrom(200, 201, 400, 401, 422, 429, 500),
    fc.integer({ min: 100, max: 599 }),
  )

  const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  const types = ['purchase', 'authorization']
  const saysPaid = (value: unknown, word: string, knownTypes: readonly unknown[]) =>
    isObject(value) &&
    value.status === word &&
    (typeof value.id === 'string' || Number.isSafeInteger(value.id)) &&
    knownTypes.includes(value.transaction_type)

  test('success is said only of a 2xx with a recognised success, a decline only of a 4xx with an envelope', () => {
    fc.assert(
      fc.property(status, json, (code, body: unknown) => {
        const { kind } = classify(code, body)
        const inData = isObject(body) ? body.data : undefined
        switch (kind) {
          case 'succeeded':
          case 'pending': {
            const word = kind === 'succeeded' ? 'success' : 'pending'
            expect(code >= 200 && code < 300).toBe(true)
            expect(
              saysPaid(inData, word, [...types, undefined, null, '']) || saysPaid(body, word, types),
            ).toBe(true)
            break
          }
          case 'declined':
            expect(code >= 400 && code < 500).toBe(true)
            expect(isObject(body) && ('title' in body || 'code' in body || Array.isArray(body.errors))).toBe(
              true,
            )
            break
          case 'turned_away':
            expect(code).toBe(429)
            break
          default:
            expect(kind).toBe('unknown')
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
