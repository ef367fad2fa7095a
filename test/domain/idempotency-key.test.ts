import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprintOf, parseIdempotencyKey } from '../../src/domain/idempotency-key.ts'
import type { PaymentInstrument } from '../../src/domain/payment-instrument.ts'
import { Problem } from '../../src/domain/problem.ts'
import { sealInstrument } from '../../src/domain/sealed.ts'
import { anyText } from '../support/any-text.ts'
import { validInstruments } from './samples.ts'

const uuid = '0b5b2f0e-6f4b-4e0a-9a54-1f1f3c1f9d10'
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'
const validKey = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 16, maxLength: 255 })

function refusal(lines: readonly string[]): string {
  try {
    return `taken as ${parseIdempotencyKey(lines)}`
  } catch (error) {
    return error instanceof Problem ? error.code : 'another error'
  }
}

test('a key and the same key in quotes are one key, with or without spaces around them', () => {
  fc.assert(
    fc.property(validKey, (key) => {
      expect(parseIdempotencyKey([key])).toBe(key)
      expect(parseIdempotencyKey([`"${key}"`])).toBe(key)
      expect(parseIdempotencyKey([`  "${key}"\t`])).toBe(key)
    }),
  )
})

test('upper and lower case make different keys', () => {
  expect(parseIdempotencyKey([uuid])).not.toBe(parseIdempotencyKey([uuid.toUpperCase()]))
})

test.each([
  ['no header', []],
  ['an empty header', ['']],
  ['a header of blanks', [' \t ']],
])('%s is a missing key', (_what, lines) => {
  expect(refusal(lines)).toBe('idempotency_key_missing')
})

describe('two header lines are refused, because joined they would be a new key and a new payment', () => {
  test.each([
    ['the same key twice', [uuid, uuid]],
    ['two keys', [uuid, `${uuid}-other`]],
    ['bare and quoted', [uuid, `"${uuid}"`]],
    ['a key and an empty line', [uuid, '']],
    ['a key three times', [uuid, uuid, uuid]],
    ['already joined by a proxy', [`${uuid}, ${uuid}`]],
  ])('%s', (_what, lines) => {
    expect(refusal(lines)).toBe('idempotency_key_invalid')
  })
})

test.each([
  [15, 'idempotency_key_invalid'],
  [16, `taken as ${'k'.repeat(16)}`],
  [255, `taken as ${'k'.repeat(255)}`],
  [256, 'idempotency_key_invalid'],
])('a key of %i characters: %s', (length, end) => {
  expect(refusal(['k'.repeat(length)])).toBe(end)
})

test.each([
  'a key with blanks in it',
  'key.with.full.stops.in.it',
  'keys/with/slashes/in/it',
  'ключ-из-других-букв',
  '"unbalanced-quote-here',
  'unbalanced-quote-here"',
  '""doubly-quoted-key-here""',
  'semicolon-in-the-key;a=1',
  'newline-in-the-key\nx',
])('a character outside letters, digits, hyphen and underscore is refused: %j', (key) => {
  expect(refusal([key])).toBe('idempotency_key_invalid')
})

test('whatever is sent, the answer is a key of the documented syntax or one of two problems', () => {
  fc.assert(
    fc.property(fc.array(anyText, { maxLength: 3 }), (lines) => {
      expect(refusal(lines)).toMatch(/^(taken as [A-Za-z0-9_-]{16,255}|idempotency_key_(missing|invalid))$/)
    }),
  )
})

/** A command as the caller wrote it, before anything was sealed. */
const plainOf = (instrument: PaymentInstrument, overrides: object = {}) => ({
  orderId: 118,
  payment: { instrument, payment_method_id: 'stripe.card', save_instrument: true },
  expectedAmount: 6098,
  ...overrides,
})
const fingerprint = ({ payment, ...rest }: ReturnType<typeof plainOf>) =>
  fingerprintOf({ ...rest, payment: { ...payment, instrument: sealInstrument(payment.instrument) } })

const { card, stored_card: storedCard } = validInstruments
const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length })

/** The same object, with the members reordered at every level. */
function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  )
}

test.each(Object.values(validInstruments))('the order of members does not count: $type', (instrument) => {
  const command = plainOf(instrument)
  expect(fingerprint(reversed(command) as ReturnType<typeof plainOf>)).toBe(fingerprint(command))
})

test('the CVV never counts: another one, and none at all, are the same request', () => {
  fc.assert(
    fc.property(digits(3), (verification_value) => {
      expect(fingerprint(plainOf({ ...card, verification_value }))).toBe(fingerprint(plainOf(card)))
    }),
  )
  const { verification_value: _cvv, ...withoutCvv } = storedCard
  expect(fingerprint(plainOf(withoutCvv))).toBe(fingerprint(plainOf(storedCard)))
})

test('of a card number only the first six and last four digits count, so no fingerprint leads back to a card', () => {
  fc.assert(
    fc.property(
      digits(6),
      digits(4),
      fc.integer({ min: 2, max: 9 }).chain((length) => fc.tuple(digits(length), digits(length))),
      digits(5),
      (first, last, [middle, otherMiddle], middleOfAnotherLength) => {
        const of = (number: string) => fingerprint(plainOf({ ...card, number }))
        expect(of(`${first}${otherMiddle}${last}`)).toBe(of(`${first}${middle}${last}`))
        expect(of(`${first}${middleOfAnotherLength}${last}`)).toBe(of(`${first}${middle}${last}`))
      },
    ),
  )
})

test('another first six or another last four is another card', () => {
  const of = (number: string) => fingerprint(plainOf({ ...card, number }))
  const numbers = [
    '4242424242424242',
    '4242434242424242',
    '5242424242424242',
    '4242424242424241',
    '4242424242425242',
  ]
  expect(new Set(numbers.map(of)).size).toBe(numbers.length)
})

test('leaving save_instrument out and sending it as undefined are the same', () => {
  const { save_instrument: _save, ...payment } = plainOf(card).payment
  const absent = fingerprint(plainOf(card, { payment }))
  expect(fingerprint(plainOf(card, { payment: { ...payment, save_instrument: undefined } }))).toBe(absent)
  expect(fingerprint(plainOf(card, { payment: { ...payment, save_instrument: false } }))).not.toBe(absent)
})

type Path = readonly string[]

/** The paths of all leaves that count. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...path, name]))
  return ['verification_value', 'number'].includes(path.at(-1) ?? '') ? [] : [path]
}

function withValue(value: unknown, [name, ...rest]: Path, change: (leaf: unknown) => unknown): unknown {
  if (name === undefined) return change(value)
  const members = value as Record<string, unknown>
  return { ...members, [name]: withValue(members[name], rest, change) }
}

const fields = Object.values(validInstruments).flatMap((instrument) =>
  pathsOf(plainOf(instrument)).map((path) => [instrument.type, path.join('.'), instrument, path] as const),
)

test.each(fields)('every other field counts: %s, %s', (_type, _name, instrument, path) => {
  const command = plainOf(instrument)
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer(), fc.boolean()), (other) => {
      const changed = withValue(command, path, (leaf) => {
        fc.pre(leaf !== other)
        return other
      })
      expect(fingerprint(changed as ReturnType<typeof plainOf>)).not.toBe(fingerprint(command))
    }),
    { numRuns: 20 },
  )
})

test('a value moved from one field to another is another request', () => {
  const two = { ...card, issue_month: 1, issue_number: 2 }
  expect(fingerprint(plainOf({ ...two, issue_month: 2, issue_number: 1 }))).not.toBe(
    fingerprint(plainOf(two)),
  )
})

test('an order id and the same number as an expected amount are not mistaken for each other', () => {
  const of = (orderId: number, expectedAmount: number | null) =>
    fingerprint(plainOf(card, { orderId, expectedAmount }))
  expect(new Set([of(1, 2), of(2, 1), of(1, null), of(1, 1)]).size).toBe(4)
})

test('a fingerprint is 64 hexadecimal digits and shows nothing of the body', () => {
  expect(fingerprint(plainOf(card))).toMatch(/^[0-9a-f]{64}$/)
})
