import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createCallHeaders,
  pauseAskedMs,
  readErrorEnvelope,
  retryAfterSeconds,
} from '../../../src/clients/bigcommerce/exchange.ts'

const type = '/api-docs/getting-started/api-status-codes'

test.each([
  ['whole', { status: 422, title: 'Declined', type, code: 30102, errors: {} }, 30102],
  ['with no errors, which are optional', { status: 422, title: 'Declined', type, code: 30102 }, 30102],
  ['with a numeric string for a code', { status: 422, title: 'Declined', type, code: '30102' }, 30102],
  ['with a number that is none of its codes', { status: 422, title: 'x', type, code: 4242424242424242 }, 0],
  ['with the old number 3001', { status: 422, title: 'Misconfigured', type, code: 3001 }, 30001],
  ['with no code, which is optional', { status: 404, title: 'Not found', type }, null],
  ['with errors and no code', { status: 422, title: 'Invalid', type, errors: { number: 'required' } }, null],
  ['with a code and a title that is no text', { status: 422, title: null, code: 30102 }, 30102],
  [
    'with fields added later',
    { status: 422, title: 'Declined', type, code: 30102, instance: '/x', detail: 'x' },
    30102,
  ],
])('an envelope %s is read', (_how, json, code) => {
  expect(readErrorEnvelope(json)?.code).toBe(code)
})

test('only a map with members names wrong fields', () => {
  const named = (errors: unknown) =>
    readErrorEnvelope({ title: 'Invalid', code: null, errors })?.hasFieldErrors
  expect(named({ 'payment.instrument.number': 'required' })).toBe(true)
  for (const errors of [{}, [], [{ code: 'x' }], null, 'number', 7])
    expect(named(errors), String(errors)).toBe(false)
})

test("the words of the storefront SDK's list are read, with or without the rest of an envelope", () => {
  const errors = [{ code: 'three_d_secure_required', message: 'x' }, { message: 'no code' }, 'text', null]
  const words = ['three_d_secure_required', '', '', '']
  expect(readErrorEnvelope({ status: 'error', errors })?.errorWords).toEqual(words)
  expect(readErrorEnvelope({ title: 'x', code: null, errors })?.errorWords).toEqual(words)
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['text', 'Unauthorized'],
  ['a v2 list', [{ status: 404, message: 'Not found' }]],
  ['an empty object', {}],
  ['a message of some gateway between', { message: 'no Route matched' }],
  ['a body of no envelope', { status: 500, errors: {} }],
])('%s is no envelope', (_what, json) => {
  expect(readErrorEnvelope(json)).toBeNull()
})

test('reading an envelope never throws, whatever JSON comes', () => {
  const codeThatIsNoText = JSON.parse('{"title":"x","code":1,"errors":[{"code":{"toString":1,"valueOf":1}}]}')
  const envelope = fc.record(
    {
      title: fc.jsonValue(),
      code: fc.jsonValue(),
      errors: fc.oneof(fc.jsonValue(), fc.array(fc.record({ code: fc.jsonValue() }))),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), envelope), (json) => {
      expect(() => readErrorEnvelope(json)).not.toThrow()
    }),
    { examples: [[codeThatIsNoText]] },
  )
})

const secondsOf = (headers: Record<string, string | string[] | undefined>) =>
  retryAfterSeconds({ status: 429, headers, json: undefined })

test.each([
  ['X-Retry-After is in seconds', { 'x-retry-after': '7' }, 7],
  ['Retry-After is in seconds', { 'retry-after': '9' }, 9],
  [
    'X-Rate-Limit-Time-Reset-Ms is in milliseconds, and a begun second counts',
    { 'x-rate-limit-time-reset-ms': '2100' },
    3,
  ],
  [
    'the longest is obeyed',
    { 'x-retry-after': '2', 'retry-after': '3', 'x-rate-limit-time-reset-ms': '15000' },
    15,
  ],
  ['a zero says nothing', { 'x-retry-after': '0', 'x-rate-limit-time-reset-ms': '0' }, 4],
  ['no header: one payment window', {}, 4],
  ['words say nothing', { 'x-retry-after': 'soon' }, 4],
  ['a date says nothing', { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, 4],
  ['a negative number says nothing', { 'x-retry-after': '-5' }, 4],
  ['a header in two lines that disagree says nothing', { 'x-retry-after': ['1', '2'] }, 4],
  ['a nonsense of hours is cut to a minute', { 'x-retry-after': '86400' }, 60],
])('%s', (_what, headers, seconds) => {
  expect(secondsOf(headers)).toBe(seconds)
})

test('whatever the headers say, the answer is whole seconds from 1 to 60', () => {
  const value = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.integer().map(String),
    fc.array(fc.string()),
    fc.constant(undefined),
  )
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      const seconds = secondsOf({ 'x-retry-after': a, 'retry-after': b, 'x-rate-limit-time-reset-ms': c })
      expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60).toBe(true)
    }),
  )
})

test('the pause is the longest of what is asked, up to a minute', () => {
  const pauseOf = (headers: Record<string, string>) => pauseAskedMs({ status: 429, headers, json: undefined })
  expect(pauseOf({ 'x-retry-after': '7', 'x-rate-limit-time-reset-ms': '12345' })).toBe(12_345)
  expect(pauseOf({ 'x-retry-after': '7200' })).toBe(60_000)
  expect(pauseOf({ 'x-retry-after': 'Infinity' })).toBe(60_000)
  expect(pauseOf({})).toBeNull()
})

const context = { correlationId: 'correlation-1', shopperAddress: '203.0.113.9' }
const headersWith = (trustedProxySecret: string | null, of = context) =>
  createCallHeaders({ userAgent: 'Tillgate/test', trustedProxySecret })(of)
const always = { 'user-agent': 'Tillgate/test', 'x-correlation-id': 'correlation-1' }

test("without BigCommerce's secret nothing is said of the shopper", () => {
  expect(headersWith(null)).toEqual(always)
})

test('with it, the address goes along with the secret', () => {
  expect(headersWith('proxy-secret')).toEqual({
    ...always,
    'x-bc-trusted-proxy-secret': 'proxy-secret',
    'true-client-ip': '203.0.113.9',
  })
})
