import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryAfterSeconds } from '../../../src/clients/bigcommerce/retry-after.ts'

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
