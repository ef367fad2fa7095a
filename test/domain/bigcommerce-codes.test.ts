import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BIGCOMMERCE_CODES, bigcommerceCodeOf } from '../../src/domain/bigcommerce-codes.ts'
import { PROBLEMS } from '../../src/domain/problems.ts'

/** The error table of the Payments API guide, whole. */
const published = [
  10000, 10001, 30000, 30001, 30002, 30003, 30004, 30050, 30051, 30100, 30101, 30102, 30103, 30104, 30105,
  30106, 30107,
]
const rows = Object.entries(BIGCOMMERCE_CODES).map(([code, row]) => ({ code: Number(code), ...row }))

test('every published code has a row, and there are no other rows', () => {
  expect(rows.map(({ code }) => code).sort()).toEqual([...published].sort())
})

test('these published codes do not say what happened to the money, and are unknown', () => {
  expect(rows.filter(({ charge }) => charge === 'unknown').map(({ code }) => code)).toEqual([
    10000, 30100, 30101, 30105,
  ])
})

test.each(rows.filter(({ charge }) => charge === 'declined'))(
  'a refusal is final, so its answer never advises the same key: $code',
  ({ problem }) => {
    expect(['same_key', 'after']).not.toContain(PROBLEMS[problem].retry)
    expect(PROBLEMS[problem].status).toBeGreaterThanOrEqual(400)
  },
)

test.each(rows.filter(({ detail }) => detail !== undefined))(
  'our sentence for $code says that nothing was charged',
  ({ charge, detail }) => {
    expect(charge).toBe('declined')
    expect(detail).toMatch(/Nothing was charged\.$/)
  },
)

test.each([30102, 30103, 30104, 30106, 30107])(
  '%i is a decline that another instrument may avoid',
  (code) => {
    expect(BIGCOMMERCE_CODES[code]?.problem).toBe('payment_declined')
  },
)

test.each([30000, 30001, 30002])('%i is for the merchant to fix', (code) => {
  expect(BIGCOMMERCE_CODES[code]?.problem).toBe('merchant_configuration')
})

test('a code reads the same as a number and as a numeric string, and 3001 is 30001', () => {
  for (const code of published) {
    expect(bigcommerceCodeOf(code)).toBe(code)
    expect(bigcommerceCodeOf(String(code))).toBe(code)
  }
  expect([bigcommerceCodeOf(3001), bigcommerceCodeOf('3001')]).toEqual([30001, 30001])
})

test.each([
  null,
  undefined,
  '',
  ' 30102',
  '30102 ',
  '3e4',
  '-30102',
  'insufficient_funds',
  30102.5,
  Number.NaN,
  true,
  {},
  [],
])('%j is no code', (value) => {
  expect(bigcommerceCodeOf(value)).toBeNull()
})

test('reading a code never throws and gives a whole number or nothing', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const code = bigcommerceCodeOf(value)
      expect(code === null || Number.isSafeInteger(code)).toBe(true)
    }),
  )
})
