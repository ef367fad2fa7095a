import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holdsCardNumber } from '../../src/domain/card-number.ts'

/** Test numbers of the brands, as their networks and gateways publish them. */
const cards = [
  '4111111111111111',
  '4242424242424242',
  '4222222222222',
  '4000000000000000006',
  '5555555555554444',
  '2223003122003222',
  '378282246310005',
  '30569309025904',
  '36227206271667',
  '3530111333300000',
  '3088000000000017',
  '6011000990139424',
  '6212345678901265',
  '5019717010103742',
  '6759649826438453',
  '6362970000457013',
  '5060666666666666666',
  '2200000000000004',
  '9792030394440796',
]

describe.each(cards)('%s reads as a card number', (card) => {
  const inFours = (separator: string) => card.replace(/\d{4}(?=\d)/g, `$&${separator}`)

  test.each([
    ['alone', card],
    ['in front of a word', `card${card}`],
    ['within a word', `a${card}b`],
    ['after a word and a hyphen', `pay-${card}-2`],
    ['with underscores', `order_${card}_2`],
    ['in eights', card.replace(/\d{8}(?=\d)/g, '$&-')],
    ['the issuer and the rest', card.replace(/^\d{6}/, '$&-')],
    ['the first four and the rest', card.replace(/^\d{4}/, '$&_')],
    ['the first twelve and the rest', card.replace(/^\d{12}/, '$&.')],
    ['four, eight and the rest', card.replace(/^(\d{4})(\d{8})/, '$1-$2-')],
    ['eight, four and the rest', card.replace(/^(\d{8})(\d{4})/, '$1 $2 ')],
    ['in larger groups, within a word', `card${card.replace(/^\d{6}/, '$&-')}x`],
    ['with an expiry', `${card}-12-30`],
    ['with an expiry behind it at once', `${card}1230`],
    ['with an expiry and a security code', `${card}_1230_123`],
    ['with zeros in front', `000000${card}`],
    ['in fours, with hyphens', inFours('-')],
    ['in fours, with blanks', inFours(' ')],
    ['in fours, with points', inFours('.')],
    ['in fours, with underscores', inFours('_')],
    ['in fours, with more than one character', inFours(' - ')],
    ['in fours, within a word', `card${inFours('-')}x`],
    ['in fours, with an expiry', `${inFours('-')}-12-30`],
    ['digit by digit', [...card].join('-')],
    ['percent-encoded', `a=${inFours('%20')}`],
    ['in wide digits', card.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))],
    ...[0x660, 0x6f0, 0x966, 0x1d7ce].map((zero): [string, string] => [
      `in digits from U+${zero.toString(16)} on`,
      card.replaceAll(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit))),
    ]),
    ['in a word as long as a hash', `deadbeef${card}deadbeefdeadbeef`.slice(0, 32)],
    ['in a trace context', `00-${card.padEnd(32, 'a')}-00f067aa0ba902b7-01`],
    ['in the state of a trace', `vendor=${card},other=t61rcWkgMzE`],
  ])('%s', (_how, text) => {
    expect(holdsCardNumber(text)).toBe(true)
  })
})

test.each([
  ['a Bancontact number of 17 digits', 'k-67030000000000003'],
  ['a UnionPay number of 17 digits', '62123400000000004'],
  ['a Visa number of 18 digits', '400012000000000008'],
  ['a security code behind it, without an expiry', '5555555555554444123'],
  ['zeros behind it', `5555555555554444${'0'.repeat(16)}`],
  ['a trace id of it and zeros', `00-5555555555554444${'0'.repeat(16)}-0000000000000001-01`],
  ['another one behind it', '41111111111111115555555555554444'],
])('%s is read', (_what, text) => {
  expect(holdsCardNumber(text)).toBe(true)
})

test('the groups of American Express and Diners Club are read too', () => {
  expect(holdsCardNumber('3782-822463-10005')).toBe(true)
  expect(holdsCardNumber('3056 930902 5904')).toBe(true)
  expect(holdsCardNumber('3782822463-10005')).toBe(true)
  expect(holdsCardNumber('3056-9309025904')).toBe(true)
})

test.each([
  ['another check digit', '4242424242424241'],
  ['no brand', '1234567890123456'],
  ['a UUID of zeros', '00000000-0000-4000-8000-000000000000'],
  ['an order and a time stamp', '412-1732700000000'],
  ['an order and seconds', '4112-1732700000'],
  ['an order of six digits and seconds', '412345-1732700001'],
  ['an order and a time of the day', '4118-202611272304'],
  ['an order of eight digits and a date', '41234567-20261123'],
  ['a date and a time', 'order-4118-20261127-230000-001'],
  ['a time in nanoseconds', '1732700000000000000'],
  ['the subject of a Google account', 'google-oauth2|103547991597142817347'],
  ['a mobile number', '4915112345678'],
  ['a W3C trace context', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
])('%s may be an id: %s', (_what, id) => {
  expect(holdsCardNumber(id)).toBe(false)
})

describe('what shops use as keys is taken', () => {
  const many = { numRuns: 20_000 }

  test('every UUID, however many of its characters are digits', () => {
    const hex = fc.integer({ min: 0, max: 15 })
    // Mostly digits, where the odds are worst.
    const digit = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 9 }) }, hex)
    const uuid = fc
      .tuple(
        fc.array(digit, { minLength: 32, maxLength: 32 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 8, max: 11 }),
      )
      .map(([digits, version, variant]) => {
        const text = digits
          .with(12, version)
          .with(16, variant)
          .map((value) => value.toString(16))
          .join('')
        return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
      })
    fc.assert(
      fc.property(uuid, fc.constantFrom('', 'pay-', 'order_118_'), (id, prefix) => {
        expect(holdsCardNumber(`${prefix}${id}`)).toBe(false)
      }),
      many,
    )
  })

  test('random UUIDs and hexadecimal ids', () => {
    for (let i = 0; i < 50_000; i++) {
      for (const id of [randomUUID(), randomBytes(16).toString('hex'), randomBytes(32).toString('hex')])
        if (holdsCardNumber(id)) throw new Error(`${id} was taken for a card number`)
    }
  })

  test('the number of an order and a time stamp at once, which would be a card number with a code', () => {
    expect(holdsCardNumber('412345671732700000000')).toBe(false)
  })

  test('the number of an order, with a time stamp, a date or a count', () => {
    const order = fc.integer({ min: 1, max: 2 ** 31 - 1 })
    const time = fc.date({ min: new Date('2024-01-01'), max: new Date('2050-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(order, time, fc.integer({ min: 1, max: 999 }), (id, at, count) => {
        const [date = '', clock = ''] = at.toISOString().replaceAll(/[-:]/g, '').split(/[T.]/)
        const keys = [
          `${id}`,
          `order-${id}-${count}`,
          `${id}-${at.getTime()}`,
          `${id}_${Math.trunc(at.getTime() / 1_000)}_${count}`,
          `${id}-${date}-${clock}-${count}`,
          `pay${at.getTime()}`,
        ]
        expect(keys.filter(holdsCardNumber)).toEqual([])
      }),
      many,
    )
  })
})
