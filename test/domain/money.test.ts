import fc from 'fast-check'
import { expect, test } from 'vitest'
import { moneyFromDecimal, nearestMoney } from '../../src/domain/money.ts'

const digitsOf = { USD: 2, JPY: 0, KWD: 3 } as const
const currencies = Object.keys(digitsOf) as (keyof typeof digitsOf)[]

/** Writes minor units as BigCommerce does: as a decimal string, with zeros to spare. */
function decimalOf(amount: number, digits: number, zeros: number): string {
  const all = String(amount).padStart(digits + 1, '0')
  const fraction = all.slice(all.length - digits) + '0'.repeat(zeros)
  const whole = all.slice(0, all.length - digits)
  return digits + zeros === 0 ? all : digits === 0 ? `${all}.${'0'.repeat(zeros)}` : `${whole}.${fraction}`
}

test('every amount survives the way to a decimal string and back, with any number of zeros', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...currencies),
      fc.nat(999_999_999_999),
      fc.nat(5),
      (currency, amount, zeros) => {
        const decimal = decimalOf(amount, digitsOf[currency], zeros)
        expect(moneyFromDecimal(decimal, currency)).toEqual({ amount, currency })
      },
    ),
  )
})

test.each([
  ['1.005', 'KWD', 1005],
  ['1.10', 'USD', 110],
  ['8.29', 'USD', 829],
  ['4.35', 'USD', 435],
  ['1.005', 'BHD', 1005],
  ['0.57', 'USD', 57],
  ['60.9800', 'USD', 6098],
  ['0', 'USD', 0],
  ['5', 'USD', 500],
  ['5.5', 'USD', 550],
  ['1200.0000', 'JPY', 1200],
])('a float would lose a cent: %s %s is exactly %i', (decimal, currency, amount) => {
  expect(moneyFromDecimal(decimal, currency)).toEqual({ amount, currency })
})

test.each([
  ['a fraction of a cent', '1.005', 'USD'],
  ['half a yen', '100.5', 'JPY'],
  ['a tenth of a fils', '1.0001', 'KWD'],
  ['a negative amount', '-1.00', 'USD'],
  ['an exponent', '1e3', 'USD'],
  ['a thousands separator', '1,000.00', 'USD'],
  ['a decimal comma', '1,50', 'USD'],
  ['nothing', '', 'USD'],
  ['blanks', ' 1.00', 'USD'],
  ['a newline', '1.00\n', 'USD'],
  ['a point without digits', '1.', 'USD'],
  ['hexadecimal', '0x10', 'USD'],
  ['more digits than any order has', '1234567890123.00', 'USD'],
  ['a lower-case currency', '1.00', 'usd'],
  ['no currency', '1.00', ''],
  ['a word for a currency', '1.00', 'DOLLAR'],
])('%s is refused rather than rounded: %j %s', (_what, decimal, currency) => {
  expect(moneyFromDecimal(decimal, currency)).toBeNull()
})

test('what is finer than the minor unit is refused, in every currency', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...currencies),
      fc.nat(9_999),
      fc.integer({ min: 1, max: 9 }),
      (currency, whole, rest) => {
        const finer = `${whole}.${'0'.repeat(digitsOf[currency])}${rest}`
        expect(moneyFromDecimal(finer, currency)).toBeNull()
      },
    ),
  )
})

test('no amount is ever beyond what a number holds exactly', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Intl.supportedValuesOf('currency')),
      fc.bigInt({ min: 0n, max: 999_999_999_999n }),
      fc.nat(9_999),
      (currency, whole, fraction) => {
        const decimal = `${whole}.${String(fraction).padStart(4, '0')}`
        const money = moneyFromDecimal(decimal, currency)
        expect(money === null || Number.isSafeInteger(money.amount)).toBe(true)
      },
    ),
    { examples: [['CLF', 999_999_999_999n, 9_999]] },
  )
})

test.each([
  ['HUF', 2],
  ['IDR', 2],
  ['COP', 2],
  ['PKR', 2],
  ['LBP', 2],
  ['IQD', 3],
  ['USD', 2],
  ['EUR', 2],
  ['JPY', 0],
  ['KRW', 0],
  ['ISK', 0],
  ['CLP', 0],
  ['KWD', 3],
  ['TND', 3],
])('the minor unit of %s has the %i digits of ISO 4217, not those in everyday use', (currency, digits) => {
  expect(moneyFromDecimal('7', currency)?.amount).toBe(7 * 10 ** digits)
})

test.each([
  [0.30000000000000004, 'USD', 30],
  [98.0000000001, 'USD', 9800],
  [98.09999999999999, 'USD', 9810],
  [60.979999999999997, 'USD', 6098],
  ['1234567.89', 'USD', 123456789],
  ['98.0000', 'USD', 9800],
  [98.004, 'USD', 9800],
  [1199.6, 'JPY', 1200],
  [1.0049, 'KWD', 1005],
  [0, 'USD', 0],
  [-0.001, 'USD', 0],
  [-5, 'USD', -500],
  [1e-9, 'USD', 0],
])('of a transaction, %s %s is %i', (amount, currency, expected) => {
  expect(nearestMoney(amount, currency)).toEqual({ amount: expected, currency })
})

test.each([
  ['half a cent', 98.005],
  ['half a cent as text', '98.005'],
  ['nothing', null],
  ['no text', ''],
  ['a word', 'all'],
  ['a thousands separator', '1,098.00'],
  ['an exponent', '1e3'],
  ['no number', Number.NaN],
  ['no end', Number.POSITIVE_INFINITY],
  ['an object', {}],
  ['a list', [98]],
  ['more than can be counted', 1e15],
])('of a transaction, %s is no amount', (_what, amount) => {
  expect(nearestMoney(amount, 'USD')).toBeNull()
})

test('whatever noise there is below half a minor unit, the amount is found', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...currencies),
      fc.nat(999_999_999),
      fc.double({ min: -0.499, max: 0.499, noNaN: true }),
      (currency, amount, noise) => {
        const major = (amount + noise) / 10 ** digitsOf[currency]
        expect(nearestMoney(major, currency)).toEqual({ amount, currency })
      },
    ),
  )
})
