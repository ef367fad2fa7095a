import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readPaymentAccessToken } from '../../src/domain/payment-access-token.ts'
import { Sealed } from '../../src/domain/sealed.ts'
import { anyText } from '../support/any-text.ts'
import { patOf } from './samples.ts'

/** The clock that answers is a minute behind the one that writes the claims. */
const mintedAtMs = 1_699_999_940_000
const claims = {
  iss: 'payments.bigcommerce.com',
  sub: 'abc123',
  iat: 1_700_000_000,
  nbf: 1_700_000_000,
  exp: 1_700_003_600,
  jti: '5b1c7c1e-0000-4000-8000-000000000003',
  data: { store_id: '1001336324', order_id: '166', amount: 2500, currency: 'USD' },
}
const read = {
  storeHash: 'abc123',
  orderId: '166',
  due: { amount: 2500, currency: 'USD' },
  expiresAtMs: 1_700_003_600_000,
  issuedAtMs: mintedAtMs,
  lifeMs: 3_600_000,
}
const claimsOf = (token: string) => readPaymentAccessToken({ token: new Sealed(token), mintedAtMs })
const without = (name: string, value: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(value).filter(([member]) => member !== name))

test('what the token will charge is read from its claims, in minor units', () => {
  expect(claimsOf(patOf(claims))).toEqual(read)
})

test('an order id reads the same as a number, as BigCommerce sent it in 2019, and as text', () => {
  const asNumber = { ...claims, data: { ...claims.data, store_id: 1001336324, order_id: 166 } }
  expect(claimsOf(patOf(asNumber, { alg: 'HS256', typ: 'JWT' }))).toEqual(read)
})

test.each([
  ['none', undefined],
  ['a text that is no number', 'now'],
  ['a date', '2023-11-14T22:13:20Z'],
  ['one after its end', 1_700_003_601],
])('a token with %s for the moment of its making has a life that is not known', (_what, iat) => {
  expect(claimsOf(patOf({ ...claims, iat }))).toEqual({ ...read, lifeMs: null })
})

test.each([
  ['text', { iat: '1700000000', exp: '1700003600' }],
  ['a number with a fraction', { iat: 1_700_000_000.0, exp: 1_700_003_600.000_1 }],
])('moments as %s are read', (_what, moments) => {
  expect(claimsOf(patOf({ ...claims, ...moments }))).toEqual(read)
})

test.each(['', ' ', 'never', '1e9', '-5', '1700003600.5', null, true, [1_700_003_600]])(
  'an end that is %j is none',
  (exp) => {
    expect(claimsOf(patOf({ ...claims, exp }))).toBeNull()
  },
)

test.each(['2500', '02500', 2500.0000001, 2499.9999999])('an amount of %j is 2500', (amount) => {
  expect(claimsOf(patOf({ ...claims, data: { ...claims.data, amount } }))).toEqual(read)
})

test.each(['sub', 'exp', 'data'])('a token without %s is worth nothing', (name) => {
  expect(claimsOf(patOf(without(name, claims)))).toBeNull()
})

test('a currency is read whichever case it is written in', () => {
  expect(claimsOf(patOf({ ...claims, data: { ...claims.data, currency: 'usd' } }))?.due.currency).toBe('USD')
  expect(claimsOf(patOf({ ...claims, data: { ...claims.data, currency: ' Usd ' } }))?.due.currency).toBe(
    'USD',
  )
})

test.each(['order_id', 'amount', 'currency'])('a token without data.%s is refused', (name) => {
  expect(claimsOf(patOf({ ...claims, data: without(name, claims.data) }))).toBeNull()
})

test.each([
  ['an amount in major units', { amount: 25.5 }],
  ['a negative amount', { amount: -2500 }],
  ['an amount in major units as text', { amount: '25.00' }],
  ['a whole amount with places', { amount: '2500.0' }],
  ['more than a float adds', { amount: 2500.00001 }],
  ['a negative amount as text', { amount: '-2500' }],
  ['an amount as text with an exponent', { amount: '25e2' }],
  ['an amount that is no number', { amount: 'much' }],
  ['an empty amount', { amount: '' }],
  ['a list', { amount: [2500] }],
  ['an amount beyond exact numbers as text', { amount: String(2 ** 53) }],
  ['an amount beyond exact numbers', { amount: 2 ** 53 }],
  ['no currency', { currency: null }],
  ['an empty currency', { currency: '' }],
  ['a blank currency', { currency: ' ' }],
  ["a currency's name", { currency: 'dollars' }],
  ["a currency's number", { currency: '840' }],
  ['an order id that is an object', { order_id: { id: 166 } }],
])('%s is no claim to charge by', (_what, data) => {
  expect(claimsOf(patOf({ ...claims, data: { ...claims.data, ...data } }))).toBeNull()
})

test.each([
  ['nothing', ''],
  ['one part', 'eyJhbGciOiJIUzI1NiJ9'],
  ['a payload that is no JSON', 'e30.bm90IGpzb24.c2ln'],
  ['a payload that is a list', 'e30.W10.c2ln'],
  ['a payload that is null', 'e30.bnVsbA.c2ln'],
  ['HTML', '<html></html>'],
])('%s is no token', (_what, token) => {
  expect(claimsOf(token)).toBeNull()
})

test('garbage never throws: it reads as null, or as complete claims', () => {
  const garbage = fc.oneof(
    anyText,
    fc.jsonValue().map((payload) => patOf(payload)),
    fc
      .record({ sub: fc.jsonValue(), exp: fc.jsonValue(), data: fc.jsonValue() })
      .map((payload) => patOf(payload)),
    fc
      .record({ order_id: fc.jsonValue(), amount: fc.jsonValue(), currency: fc.jsonValue() })
      .map((data) => patOf({ ...claims, data })),
  )
  fc.assert(
    fc.property(garbage, (token) => {
      const found = claimsOf(token)
      if (found === null) return
      expect([typeof found.storeHash, typeof found.orderId, typeof found.due.currency]).toEqual(
        Array(3).fill('string'),
      )
      expect(Number.isSafeInteger(found.due.amount) && found.due.amount >= 0).toBe(true)
      expect(typeof found.expiresAtMs).toBe('number')
    }),
  )
})
