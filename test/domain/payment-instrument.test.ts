import cardValidator from 'card-validator'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { INSTRUMENT_TYPES, PaymentInstrument } from '../../src/domain/payment-instrument.ts'
import { validInstruments } from './samples.ts'

const { card, stored_card: storedCard, tokenized_card: tokenizedCard } = validInstruments

// Whether a card has expired depends on the real date.
beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 5, 15, 12), toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** The paths of the wrong fields, with dots; empty for a valid body. */
const wrongAt = (body: unknown) => {
  const { error } = PaymentInstrument.safeParse(body)
  return [...new Set(error?.issues.map(({ path }) => path.join('.')))]
}

describe.each(INSTRUMENT_TYPES)('%s', (type) => {
  const valid = validInstruments[type]

  test('a valid one is accepted unchanged', () => {
    expect(PaymentInstrument.parse(valid)).toEqual(valid)
  })

  test('an unknown field is refused, since its effect is unknown', () => {
    const { error } = PaymentInstrument.safeParse({ ...valid, amount: 1 })
    expect(error?.issues[0]).toMatchObject({ code: 'unrecognized_keys', keys: ['amount'] })
  })

  test("another type's fields are refused", () => {
    const foreign = type === 'gift_certificate' ? { token: 'x' } : { gift_certificate_code: 'x' }
    expect(wrongAt({ ...valid, ...foreign })).toEqual([''])
  })
})

describe.each(INSTRUMENT_TYPES)('%s without a required field', (type) => {
  const valid: Record<string, unknown> = validInstruments[type]
  const optional = [
    'issue_month',
    'issue_year',
    'issue_number',
    ...(type === 'stored_card' || type === 'card' ? ['verification_value'] : []),
  ]

  test.each(Object.keys(valid))('%s', (field) => {
    const { [field]: _gone, ...rest } = valid
    expect(wrongAt(rest)).toEqual(optional.includes(field) ? [] : [field])
  })
})

test.each([{}, null, [], 'card', { type: 'cod' }, { type: 'Card' }, { type: ['card'] }])(
  '%j is no instrument, although the published schema accepts it',
  (body) => {
    expect(wrongAt(body).length).toBeGreaterThan(0)
  },
)

test.each([
  ['Visa', '4111111111111111', '411'],
  ['Visa of 19 digits', '4000000000000000006', '411'],
  ['Visa of 13 digits', '4007000000027', '400'],
  ['Mastercard', '5555555555554444', '555'],
  ['Mastercard of the 2-series', '2223003122003222', '222'],
  ['American Express, four digits', '378282246310005', '3782'],
  ['Diners Club', '30569309025904', '305'],
  ['Discover', '6011111111111117', '601'],
  ['JCB', '3530111333300000', '353'],
  ['JCB of its first ranges', '3088000000000017', '308'],
  ['Maestro', '6759649826438453', '675'],
  ['Dankort', '5019717010103742', '501'],
])('%s is taken', (_brand, number, verification_value) => {
  expect(wrongAt({ ...card, number, verification_value })).toEqual([])
})

test.each([
  ['a wrong check digit', '4242424242424241'],
  ['two digits swapped', '2442424242424242'],
  ['too short for its brand', '424242424242'],
  ['a brand that does not exist', '0000000000000000'],
  ['spaces', '4242 4242 4242 4242'],
  ['hyphens', '4242-4242-4242-4242'],
  ['letters', '4242424242424O42'],
  ['eleven digits', '42424242424'],
  ['twenty digits', '42424242424242424242'],
  ['digits of another script', '٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢'],
  ['nothing', ''],
])('a number with %s is refused before anything is sent', (_what, number) => {
  expect(wrongAt({ ...card, number })).toContain('number')
})

test.each([
  ['Visa, four digits', '4242424242424242', '4222'],
  ['American Express, three digits', '378282246310005', '378'],
  ['two digits', '4242424242424242', '42'],
  ['five digits', '4242424242424242', '42222'],
  ['letters', '4242424242424242', 'abc'],
  ['nothing', '4242424242424242', ''],
])('a security code that does not fit its brand is refused: %s', (_what, number, verification_value) => {
  expect(wrongAt({ ...card, number, verification_value })).toEqual(['verification_value'])
})

test('a security code is text: as a number it would lose its leading zero', () => {
  expect(wrongAt({ ...card, verification_value: 42 })).toEqual(['verification_value'])
  expect(wrongAt({ ...card, verification_value: '042' })).toEqual([])
})

test.each([
  ['this month', 6, 2026, []],
  ['last month', 5, 2026, ['expiry_year']],
  ['last year', 12, 2025, ['expiry_year']],
  ['next year', 1, 2027, []],
  ['nineteen years on', 1, 2045, []],
  ['twenty years on', 1, 2046, []],
  ['twenty-five years on', 12, 2051, []],
  ['far ahead, which the gateway judges', 1, 2099, []],
  ['two digits of a year', 6, 30, ['expiry_year']],
])('a card that expires %s', (_when, expiry_month, expiry_year, wrong) => {
  expect(wrongAt({ ...card, expiry_month, expiry_year })).toEqual(wrong)
})

test.each([0, 13, 1.5, '6', null])('month %j is no month', (expiry_month) => {
  expect(wrongAt({ ...card, expiry_month })).toContain('expiry_month')
})

test.each(['4242424242424242', '4242 4242 4242 4242', '4242-4242-4242-4242', '123', ' ', ''])(
  'a number typed into the name is refused, because a name may be printed where a number must not be: %j',
  (cardholder_name) => {
    expect(wrongAt({ ...card, cardholder_name })).toContain('cardholder_name')
  },
)

test.each(["Jane O'Neill-Doe", 'Łukasz Żółć', '山田太郎', 'Henry VIII', 'J'])(
  '%s is a name',
  (cardholder_name) => {
    expect(wrongAt({ ...card, cardholder_name })).toEqual([])
  },
)

test('a card is good until its month has ended in the last time zone', () => {
  const card5 = { ...card, expiry_month: 5, expiry_year: 2026 }
  vi.setSystemTime(Date.UTC(2026, 5, 1, 11, 59))
  expect(wrongAt(card5)).toEqual([])
  vi.setSystemTime(Date.UTC(2026, 5, 1, 12, 1))
  expect(wrongAt(card5)).toEqual(['expiry_year'])
})

test.each([
  ['nothing', ''],
  ['256 characters', 'a'.repeat(256)],
  ['a line break, which could end a header', `${'a'.repeat(63)}\n`],
  ['half a character', `${'a'.repeat(63)}\ud800`],
  ['a card number', `tok_${card.type === 'card' ? card.number : ''}`],
])('a stored instrument token with %s is refused', (_what, token) => {
  expect(wrongAt({ ...storedCard, token })).toEqual(expect.arrayContaining(['token']))
})

test.each([1, 40, 63, 65, 255])('a stored instrument token may have %i characters', (length) => {
  expect(wrongAt({ ...storedCard, token: 'ab'.repeat(200).slice(0, length) })).toEqual([])
})

test('a stored token need not be hexadecimal', () => {
  expect(wrongAt({ ...storedCard, token: 'zZ'.repeat(32) })).toEqual([])
})

test.each([
  [
    'a month and a year as text, as the published schema says',
    { expiration_month: '07', expiration_year: '2030' },
    [],
  ],
  [
    'the example of the official reference, which has numbers',
    {
      token: 'K7KW-M9GX-6PQ3',
      iin: 4111111,
      last_four_digits: 1111,
      expiration_month: 12,
      expiration_year: 2030,
    },
    [],
  ],
  ['last digits that begin with zeros, as a number', { last_four_digits: 42 }, []],
  ['five last digits as a number', { last_four_digits: 42424 }, ['last_four_digits']],
  ['an iin of nine digits as a number', { iin: 424242424 }, ['iin']],
  ['month 13 as text', { expiration_month: '13' }, ['expiration_month']],
  ['two digits of a year as text', { expiration_year: '30' }, ['expiration_year']],
  ["the card's names of the fields", { expiry_month: 7 }, ['']],
  ['five last digits', { last_four_digits: '42424' }, ['last_four_digits']],
  ['an iin of five digits', { iin: '42424' }, ['iin']],
])('tokenized card: %s', (_what, change, wrong) => {
  expect(wrongAt({ ...tokenizedCard, ...change })).toEqual(wrong)
})

test('no message quotes the number, code or holder of a card, whatever is wrong with it', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 12, maxLength: 19 })
  fc.assert(
    fc.property(digits, fc.constantFrom('98765', '987', '9876'), (number, verification_value) => {
      const holder = '9 87 65 43'
      const { error } = PaymentInstrument.safeParse({
        ...card,
        number,
        verification_value,
        cardholder_name: holder,
        expiry_year: 1999,
      })
      const told = JSON.stringify(error?.issues)
      for (const secret of [number, `"${verification_value}"`, holder]) expect(told).not.toContain(secret)
    }),
  )
})

test('a number is accepted exactly if the card validator accepts it', () => {
  const almost = fc
    .constantFrom('424242', '555555', '378282')
    .chain((prefix) =>
      fc
        .string({ unit: fc.constantFrom(...'0123456789'), minLength: 9, maxLength: 10 })
        .map((rest) => `${prefix}${rest}`),
    )
  fc.assert(
    fc.property(almost, (number) => {
      expect(!wrongAt({ ...card, number }).includes('number')).toBe(cardValidator.number(number).isValid)
    }),
  )
})
