import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIdempotencyKey } from '../../src/domain/idempotency-key.ts'
import { Problem } from '../../src/domain/problem.ts'

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

test('a key sent bare and the same key in quotes are one key, whatever blanks surround them', () => {
  fc.assert(
    fc.property(validKey, (key) => {
      expect(parseIdempotencyKey([key])).toBe(key)
      expect(parseIdempotencyKey([`"${key}"`])).toBe(key)
      expect(parseIdempotencyKey([`  "${key}"\t`])).toBe(key)
    }),
  )
})

test('capitals make another key', () => {
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
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }), (lines) => {
      expect(refusal(lines)).toMatch(/^(taken as [A-Za-z0-9_-]{16,255}|idempotency_key_(missing|invalid))$/)
    }),
  )
})
