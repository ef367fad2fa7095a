import fc from 'fast-check'
import { serializerCompiler } from 'fastify-type-provider-zod'
import { expect, test } from 'vitest'
import type { UpstreamAnswer } from '../../../src/clients/bigcommerce/exchange.ts'
import {
  createReadMethods,
  readPaymentMethods,
} from '../../../src/clients/bigcommerce/read-payment-methods.ts'
import { INSTRUMENT_TYPES } from '../../../src/domain/payment-instrument.ts'
import { acceptedInstruments } from '../../../src/domain/payment-method.ts'
import { PaymentMethodsResponse, writeListing } from '../../../src/routes/orders/list-payment-methods.ts'
import { listedMethods } from './listed-methods.ts'

const plain = {
  id: 'stripe.card',
  name: 'Stripe',
  type: 'card',
  test_mode: false,
  supported_instruments: [{ instrument_type: 'VISA', verification_value_required: true }],
}
const stored = { ...plain, stored_instruments: [{ type: 'stored_card', token: 'a1' }] }

const answerOf = (data: unknown): UpstreamAnswer => {
  const bytes = Buffer.from(JSON.stringify({ data }))
  return { status: 200, headers: {}, bytes, json: JSON.parse(String(bytes)) }
}

test('what is written is what the serializer of the schema writes, whatever was listed', () => {
  const serialize = serializerCompiler({
    schema: PaymentMethodsResponse,
    method: 'GET',
    url: '/',
    httpStatus: '200',
  })
  const taken = new Set(INSTRUMENT_TYPES)
  fc.assert(
    fc.property(listedMethods, fc.boolean(), (listed, payable) => {
      const { methods = [] } = readPaymentMethods({ data: listed }) ?? {}
      const data = methods.map((method) => ({ ...method, accepts: acceptedInstruments(method, taken) }))
      const body = { data, meta: { order: { id: 7, amount: 6098, currency: 'USD', payable } } }
      expect(writeListing(body)).toBe(serialize(body))
      // The second time as the first, for another order too.
      const other = { ...body, meta: { order: { ...body.meta.order, id: 8 } } }
      expect(writeListing(other)).toBe(serialize(other))
    }),
    { numRuns: 200 },
  )
})

test('a stored instrument with its fields in the other primitive type is read', () => {
  const odd = {
    type: 'stored_card',
    token: 12345,
    is_default: 'true',
    expiry_month: '09',
    expiry_year: '2031',
    issuer_identification_number: 42424,
    last_4: 42,
  }
  expect(readPaymentMethods({ data: [{ ...plain, stored_instruments: [odd] }] })).toMatchObject({
    leftOut: 0,
    methods: [
      {
        stored_instruments: [
          {
            token: '12345',
            is_default: true,
            expiry_month: 9,
            expiry_year: 2031,
            issuer_identification_number: '042424',
            last_4: '0042',
          },
        ],
      },
    ],
  })
})

test.each([4242424242424242, -1, 1.5, true, null, ['a']])('a token that is %j is none', (token) => {
  const reading = readPaymentMethods({
    data: [{ ...plain, stored_instruments: [{ type: 'stored_card', token }] }],
  })
  expect(reading).toMatchObject({ leftOut: 1, methods: [{ stored_instruments: [] }] })
})

test('an instrument may be its type alone, and a text without one is none', () => {
  const reading = readPaymentMethods({
    data: [{ ...plain, supported_instruments: ['VISA', ' ', 'STORED_CARD'] }],
  })
  expect(reading?.leftOut).toBe(1)
  const [method] = reading?.methods ?? []
  expect(method?.supported_instruments).toEqual([
    { instrument_type: 'VISA' },
    { instrument_type: 'STORED_CARD' },
  ])
  expect(method && acceptedInstruments(method, new Set(INSTRUMENT_TYPES))).toEqual(['card', 'stored_card'])
})

test('the same bytes are read once, and what is read is the same as without memory', () => {
  const readMethods = createReadMethods()
  const first = readMethods(answerOf([plain]))
  expect(first?.methods).toEqual([plain])
  expect(readMethods(answerOf([plain]))).toBe(first)
  const other = readMethods(answerOf([{ ...plain, name: 'Stripf' }]))
  expect(other?.methods[0]?.name).toBe('Stripf')
  expect(readMethods(answerOf([plain]))).toBe(first)
  fc.assert(
    fc.property(listedMethods, (listed) => {
      const answer = answerOf(listed)
      for (const _ of [1, 2]) expect(readMethods(answer)).toEqual(readPaymentMethods(answer.json))
    }),
  )
})

test('nothing of a shopper is kept, nor what could not be understood, nor what came compressed', () => {
  for (const answer of [
    answerOf([stored]),
    answerOf([{ ...stored, stored_instruments: [{ type: 'stored_card' }] }]),
    answerOf([plain, {}]),
    { ...answerOf([plain]), bytes: undefined },
  ]) {
    const readMethods = createReadMethods()
    const first = readMethods(answer)
    expect(readMethods(answer)).not.toBe(first)
    expect(readMethods(answer)).toEqual(first)
  }
})

test('no more than some dozen answers are kept: ever new ones push out the oldest', () => {
  const readMethods = createReadMethods()
  const named = (n: number) => answerOf([{ ...plain, name: `Stripe ${n}` }])
  const first = readMethods(named(0))
  for (let n = 1; n < 32; n++) readMethods(named(n))
  expect(readMethods(named(0))).toBe(first)
  readMethods(named(32))
  expect(readMethods(named(0))).not.toBe(first)
})
