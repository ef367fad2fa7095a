import { describe, expect, test } from 'vitest'
import { heldPayment } from '../../src/domain/held-payment.ts'
import type { OrderReading } from '../../src/domain/order.ts'
import type { PaymentAttempt } from '../../src/domain/payment-attempt.ts'
import { nextLookAtMs, nextOpenWatchAtMs, nextWatchAtMs } from '../../src/services/look-schedule.ts'
import { weighLook } from '../../src/services/weigh-look.ts'
import { attemptOf } from '../domain/samples.ts'
import { orderOf } from './fakes.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const sentAtMs = Date.UTC(2026, 0, 2)

const unknown = attemptOf({ status: 'unknown', sentAtMs, patExpiresAtMs: sentAtMs + hour })
/** How long until the next look, after so many looks, so long after sending. */
const pauseAfter = (looks: number, ageMs: number, change: Partial<PaymentAttempt> = {}) => {
  const nowMs = sentAtMs + ageMs
  const next = nextLookAtMs({ ...unknown, ...change }, { looks, quiet: null, reading: null, nowMs })
  return next === null ? null : next - nowMs
}

test('a lost answer is looked for within seconds, then ever less often', () => {
  expect([0, 1, 4, 9].map((looks) => pauseAfter(looks, minute))).toEqual([
    2 * second,
    5 * second,
    40 * second,
    30 * minute,
  ])
  expect(pauseAfter(20, 3 * hour)).toBe(hour)
  expect(pauseAfter(60, 2 * day)).toBe(day)
})

test('the look after the PAT has expired, and BigCommerce’s clocks allow for it, is not missed', () => {
  const leftMs = 10 * minute
  expect(pauseAfter(9, hour + 5 * minute - leftMs)).toBe(leftMs + second)
})

test.each([
  ['refused', 15 * second, 15 * second],
  ['turned_away', 31 * second, 29 * second],
  ['refused_oddly', 3 * minute + second, 3 * minute - second],
] as const)(
  'an answer that proves little (%s) is followed by looks at its own ages',
  (answeredAs, ageMs, pauseMs) => {
    const answered = { answeredAs, answeredAtMs: sentAtMs }
    expect(pauseAfter(9, ageMs, answered)).toBe(pauseMs + second)
    // After the last of them the schedule goes on as for any other.
    expect(pauseAfter(9, 20 * minute, answered)).toBe(30 * minute)
  },
)

test('what a person must decide is looked at once a day for a month', () => {
  expect(pauseAfter(60, 10 * day, { status: 'needs_review' })).toBe(day)
  expect(pauseAfter(60, 38 * day, { status: 'needs_review' })).toBeNull()
})

test('an end in doubt is watched: after an hour, a day and a week', () => {
  const ended = attemptOf({ status: 'not_charged', endedAtMs: sentAtMs })
  const watchedAfter = (ageMs: number) => {
    const next = nextWatchAtMs(ended, sentAtMs + ageMs)
    return next === null ? null : next - sentAtMs
  }
  expect([0, hour, day, 7 * day].map(watchedAfter)).toEqual([hour, day, 7 * day, null])
  expect(nextWatchAtMs({ ...ended, status: 'succeeded' }, sentAtMs)).toBeNull()
})

test('a look that a client asked for uses up none of the schedule, and puts nothing off', () => {
  const nowMs = sentAtMs + minute
  const weighed = (nextLookAtMs: number, looks: number) =>
    weighLook({
      attempt: { ...unknown, nextLookAtMs, looks },
      reading: null,
      others: [],
      lookedFromMs: nowMs,
      nowMs,
    })
  expect(weighed(nowMs + 3 * second, 5)).toMatchObject({
    countsAsScheduled: false,
    nextLookAtMs: nowMs + 3 * second,
  })
  expect(weighed(nowMs + hour, 0)).toMatchObject({
    countsAsScheduled: false,
    nextLookAtMs: nowMs + 2 * second,
  })
  expect(weighed(nowMs, 5)).toMatchObject({ countsAsScheduled: true, nextLookAtMs: nowMs + 120 * second })
})

describe('once a token has expired', () => {
  const expiredAtMs = sentAtMs + hour
  const empty = (atMs: number): OrderReading => ({
    order: orderOf(),
    transactions: [],
    isWhole: true,
    showsAllVoids: true,
    answeredAtMs: Math.floor(atMs / second) * second,
    failures: [],
  })
  /** Looks as they are due, and when a client asks. @returns when the order was free. */
  function freeAfterMs(asked: readonly number[], isLost: (look: number) => boolean = () => false): number {
    let one = { ...unknown, looks: 11, nextLookAtMs: expiredAtMs + 5 * minute + second }
    const asking = [...asked]
    for (let look = 0; look < 100; look++) {
      const nowMs = Math.min(asking[0] ?? Number.POSITIVE_INFINITY, one.nextLookAtMs)
      if (nowMs === asking[0]) asking.shift()
      const reading = isLost(look) ? null : empty(nowMs)
      const weighed = weighLook({ attempt: one, reading, others: [], lookedFromMs: nowMs, nowMs })
      if (weighed.end) return nowMs - expiredAtMs
      const looks = one.looks + (weighed.countsAsScheduled ? 1 : 0)
      one = { ...one, quiet: weighed.quiet, nextLookAtMs: weighed.nextLookAtMs ?? Number.NaN, looks }
    }
    return Number.POSITIVE_INFINITY
  }
  const every2s = (fromMs: number, count: number) =>
    Array.from({ length: count }, (_, index) => fromMs + 2 * second * index)

  test('an untouched order is free within twenty minutes, and as soon as is told, however often a client asks', () => {
    const toldAt = heldPayment(unknown, sentAtMs + minute).free_at_latest
    const latest = Math.min(20 * minute, Date.parse(toldAt ?? '') - expiredAtMs)
    expect(freeAfterMs([])).toBeLessThanOrEqual(latest)
    for (const fromMinute of [4, 5.1, 9, 10.2, 14])
      for (const count of [1, 3, 15, 90])
        expect(freeAfterMs(every2s(expiredAtMs + fromMinute * minute, count))).toBeLessThanOrEqual(latest)
  })

  test('a look that fails costs minutes and not an hour, for as long as most outages last', () => {
    for (let lost = 0; lost < 3; lost++)
      expect(freeAfterMs([], (look) => look === lost)).toBeLessThanOrEqual(36 * minute)
    expect(freeAfterMs([], (look) => look < 4)).toBeLessThanOrEqual(60 * minute)
    const lateMs = expiredAtMs + 3 * hour
    const later = { looks: 20, quiet: null, reading: null, nowMs: lateMs }
    expect(nextLookAtMs(unknown, later)).toBe(lateMs + hour)
  })

  test('an outage costs few looks of each held order, and nothing more where no look could free it', () => {
    const lost = (nowMs: number, change: Partial<PaymentAttempt> = {}) =>
      nextLookAtMs({ ...unknown, ...change }, { looks: 20, quiet: null, reading: null, nowMs })
    let looks = 0
    for (let nowMs = expiredAtMs + 5 * minute + second; nowMs < expiredAtMs + 65 * minute; looks++)
      nowMs = lost(nowMs) ?? Number.NaN
    expect(looks).toBeLessThan(6)
    const nowMs = expiredAtMs + 10 * minute
    for (const change of [
      { status: 'pending', pendingSinceMs: sentAtMs },
      { bigcommerceCode: 30105 },
      { instrumentType: 'stored_bank_account' },
    ] as const)
      expect(lost(nowMs, change)).toBe(nowMs + hour)
  })

  test('a `Date` that stands still does not cost a look every five minutes for ever', () => {
    const quiet = { looks: 9, sinceMs: expiredAtMs + 6 * minute }
    const nowMs = expiredAtMs + 6 * hour
    const standing = (looks: number) =>
      nextLookAtMs(unknown, { looks, quiet, reading: empty(expiredAtMs + 6 * minute), nowMs })
    expect(standing(59)).toBe(nowMs + 5 * minute + second)
    expect(standing(60)).toBe(nowMs + hour)
  })
})

test('an ended payment is judged again ever less often beside one without an end, and for a month', () => {
  const ended = attemptOf({ status: 'succeeded', endedAtMs: sentAtMs })
  const pauseAfter = (ageMs: number) => {
    const next = nextOpenWatchAtMs(ended, sentAtMs + ageMs)
    return next === null ? null : next - sentAtMs - ageMs
  }
  expect([0, 2 * hour, day, 30 * day].map(pauseAfter)).toEqual([10 * minute, hour, day, null])
})
