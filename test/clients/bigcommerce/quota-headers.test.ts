import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { UpstreamAnswer } from '../../../src/clients/bigcommerce/exchange.ts'
import { holdMsAfter, quotaReadingOf, readQuotaHeaders } from '../../../src/clients/bigcommerce/exchange.ts'

const documented = {
  'x-rate-limit-requests-quota': '150',
  'x-rate-limit-requests-left': '149',
  'x-rate-limit-time-window-ms': '30000',
  'x-rate-limit-time-reset-ms': '12345',
}
const read = (change: Record<string, string | string[] | undefined>) =>
  readQuotaHeaders({ status: 200, headers: { ...documented, ...change }, json: undefined })

test('the four headers as BigCommerce documents them', () => {
  expect(read({})).toEqual({ limit: 150, remaining: 149, windowMs: 30_000, resetMs: 12_345 })
})

test.each([
  ['is missing', undefined],
  ['is empty', ''],
  ['is a word', 'none'],
  ['is negative', '-1'],
  ['is there twice', ['1', '1']],
  ['ends in a unit', '3s'],
])('one that %s says nothing', (_what, value) => {
  for (const name of ['quota', 'left']) expect(read({ [`x-rate-limit-requests-${name}`]: value })).toBeNull()
  expect(read({ 'x-rate-limit-time-reset-ms': value })).toBeNull()
})

test('no header is no quota', () => {
  expect(readQuotaHeaders({ status: 200, headers: {}, json: undefined })).toBeNull()
})

const said = { limit: 150, remaining: 149, windowMs: 30_000, resetMs: 12_345 }

test('what is documented is taken as it is', () => {
  expect(quotaReadingOf(said)).toEqual(said)
})

test.each([
  ['no limit', { limit: Number.NaN }],
  ['a limit of nothing', { limit: 0 }],
  ['a limit that is none', { limit: 1e9 }],
  ['nothing of what is left', { remaining: Number.NaN }],
  ['less than nothing left', { remaining: -1 }],
  ['no end of the window', { resetMs: Number.NaN }],
  ['a window that ended before', { resetMs: -5 }],
  ['a window that never ends', { resetMs: Number.POSITIVE_INFINITY }],
])('%s is no quota to go by', (_what, change) => {
  expect(quotaReadingOf({ ...said, ...change })).toBeNull()
})

test.each([
  ['more left than there are', { remaining: 151 }, { remaining: 150 }],
  ['a part of a call', { remaining: 1.9 }, { remaining: 1 }],
  ['a window of hours', { windowMs: 7_200_000, resetMs: 7_200_000 }, { windowMs: 60_000, resetMs: 60_000 }],
  ['an end after the window', { resetMs: 40_000 }, { resetMs: 30_000 }],
  ['no window', { windowMs: Number.NaN }, { windowMs: 30_000 }],
  ['a window of no length', { windowMs: 0 }, { windowMs: 30_000 }],
])('%s is put right', (_what, change, expected) => {
  expect(quotaReadingOf({ ...said, ...change })).toEqual({ ...said, ...expected })
})

const refusal = (headers: UpstreamAnswer['headers'] = {}) => ({ status: 429, headers, json: undefined })

test('after a 429 the longest of what is asked counts, up to a minute', () => {
  const asked = { 'x-retry-after': '7', 'x-rate-limit-time-reset-ms': '12345' }
  expect(holdMsAfter(refusal(asked), 1, 0.5)).toBe(12_345)
  expect(holdMsAfter(refusal({ 'retry-after': '7200' }), 1, 0.5)).toBe(60_000)
  expect(holdMsAfter(refusal({ 'retry-after': 'Infinity' }), 1, 0.5)).toBe(60_000)
})

test('without a word the pauses double up to half a minute, and no two instances need take the same', () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 2_000].map((refusals) => holdMsAfter(refusal(), refusals, 1))
  expect(longest).toEqual([1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1_000))
  fc.assert(
    fc.property(fc.nat(5_000), fc.double({ min: 0, max: 1, noNaN: true }), (refusals, random) => {
      const holdMs = holdMsAfter(refusal(), refusals + 1, random)
      expect(holdMs).toBeGreaterThanOrEqual(500)
      expect(holdMs).toBeLessThanOrEqual(30_000)
    }),
  )
})
