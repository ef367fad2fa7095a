import { expect, test } from 'vitest'
import type { PaymentAttempt } from '../../src/domain/payment-attempt.ts'
import { nextLookAtMs, nextWatchAtMs } from '../../src/services/look-schedule.ts'
import { weighLook } from '../../src/services/weigh-look.ts'
import { attemptOf } from '../domain/samples.ts'

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
