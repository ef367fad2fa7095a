import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holdMsAfter, type QuotaReading, quotaReadingOf } from '../../../src/clients/bigcommerce/exchange.ts'
import {
  answered,
  MANAGEMENT_CALLS_MAX,
  type ManagementQuota,
  nextLeavesAtMs,
  opensAtMs,
  remainingOf,
  roomFor,
  sent,
  turnedAway,
  UNKNOWN_QUOTA,
  unanswered,
} from '../../../src/clients/bigcommerce/quota.ts'
import { PURPOSES, type Purpose } from '../../../src/request-context.ts'

const reading = (change: Partial<QuotaReading> = {}): QuotaReading => ({
  limit: 150,
  remaining: 100,
  windowMs: 30_000,
  resetMs: 10_000,
  ...change,
})
/** One call, sent at 1 s and answered at 1.1 s. */
const between = (sentAtMs: number, answeredAtMs: number) =>
  ({ purpose: 'paying', kind: 'mint', sentAtMs, answeredAtMs }) as const
const exchange = between(1_000, 1_100)
const sentAt = (sentAtMs: number, quota: ManagementQuota) =>
  sent(quota, { purpose: 'paying', kind: 'mint', sentAtMs })
const told = (change: Partial<QuotaReading> = {}) =>
  answered(sentAt(1_000, UNKNOWN_QUOTA), exchange, reading(change))
const times = (count: number, quota: ManagementQuota, sentAtMs = 1_000) =>
  Array.from({ length: count }).reduce<ManagementQuota>((all) => sentAt(sentAtMs, all), quota)

test('as long as no answer has spoken of a quota, only the number of calls at once is limited', () => {
  expect(roomFor(UNKNOWN_QUOTA, 'reconciling', 0)).toBe(MANAGEMENT_CALLS_MAX)
  expect(roomFor(times(MANAGEMENT_CALLS_MAX, UNKNOWN_QUOTA), 'paying', 1_499)).toBe(0)
  expect(remainingOf(answered(sentAt(1_000, UNKNOWN_QUOTA), exchange, null), 2_000)).toBeNull()
})

test('a call that has been out for half a second leaves its place to others, up to a bound for each purpose', () => {
  const hanging = times(MANAGEMENT_CALLS_MAX, UNKNOWN_QUOTA)
  expect([1_499, 1_500, 2_000].map((nowMs) => nextLeavesAtMs(hanging, nowMs))).toEqual([
    1_500,
    // Then one may be given up for another.
    2_000,
    Infinity,
  ])
  expect(roomFor(hanging, 'paying', 1_500)).toBe(MANAGEMENT_CALLS_MAX)
  expect(roomFor(times(127, UNKNOWN_QUOTA), 'paying', 2_000)).toBe(1)
  const most = times(128, UNKNOWN_QUOTA)
  expect(PURPOSES.map((purpose) => roomFor(most, purpose, 2_000))).toEqual([0, 16, 16])
})

describe('of one kind eight hang', () => {
  const heard = answered(sentAt(1_000, UNKNOWN_QUOTA), exchange, null)
  const eight = times(8, heard, 2_000)
  const more = (quota: ManagementQuota, kind: string) =>
    Array.from({ length: 16 }).reduce<ManagementQuota>(
      (all) => sent(all, { purpose: 'paying', kind, sentAtMs: 2_500 }),
      quota,
    )

  test('more of it leave their places after an eighth of a second, those of another kind do not', () => {
    const room = (quota: ManagementQuota, nowMs: number) => roomFor(quota, 'paying', nowMs)
    const [same, other] = [more(eight, 'mint'), more(eight, 'order')]
    expect([room(same, 2_624), room(same, 2_625), nextLeavesAtMs(same, 2_500)]).toEqual([0, 16, 2_625])
    expect([room(other, 2_999), room(other, 3_000)]).toEqual([0, 16])
    const seven = more(times(7, heard, 2_000), 'mint')
    expect(room(seven, 2_999)).toBe(0)
  })

  test('and no answer has come yet: there may be a quota of which no one knows', () => {
    const same = more(times(8, UNKNOWN_QUOTA, 2_000), 'mint')
    expect(roomFor(same, 'paying', 2_999)).toBe(0)
  })
})

test('what is out counts as spent until its answer says what is left', () => {
  const three = times(3, told({ remaining: 10 }), 1_200)
  expect(remainingOf(three, 2_000)).toBe(7)
  expect(remainingOf(unanswered(three, between(1_200, 1_300)), 2_000)).toBe(8)
  const { out, window } = answered(three, between(1_200, 1_300), reading({ remaining: 9 }))
  expect([out.length, window?.remaining]).toEqual([2, 9])
})

test('a third is kept for paying, and half from reconciliation', () => {
  const room = (remaining: number) =>
    PURPOSES.map((purpose) => roomFor(told({ remaining }), purpose, 2_000) > 0)
  expect(room(76)).toEqual([true, true, true])
  expect(room(75)).toEqual([true, true, false])
  expect(room(51)).toEqual([true, true, false])
  expect(room(50)).toEqual([true, false, false])
  expect(room(0)).toEqual([false, false, false])
})

test('of the smallest quota there is something for each', () => {
  for (const limit of [1, 2, 3])
    for (const purpose of PURPOSES)
      expect(roomFor(told({ limit, remaining: limit }), purpose, 2_000)).toBeGreaterThan(0)
})

describe('answers that arrive out of order', () => {
  const later = between(1_050, 1_080)

  test('of one window: the one with the least left is the latest', () => {
    const one = answered(told({ remaining: 10 }), later, reading({ remaining: 12, resetMs: 10_010 }))
    const other = answered(told({ remaining: 12 }), later, reading({ remaining: 10, resetMs: 10_010 }))
    expect([one.window?.remaining, other.window?.remaining]).toEqual([10, 10])
  })

  test('of a window that is over: it says nothing of the present one', () => {
    const present = told({ remaining: 140, resetMs: 29_000 })
    const old = answered(sentAt(900, present), between(900, 2_000), reading({ remaining: 3, resetMs: 5 }))
    expect(old.window).toEqual(present.window)
  })

  test('of the next window: it counts, however much was left before', () => {
    const next = answered(
      sentAt(11_100, told({ remaining: 0 })),
      between(11_100, 11_200),
      reading({ remaining: 149, resetMs: 30_000 }),
    )
    expect(remainingOf(next, 11_300)).toBe(149)
  })
})

test('another app spends it too: what the latest answer says wins', () => {
  const less = answered(
    sentAt(2_000, told({ remaining: 100 })),
    between(2_000, 2_100),
    reading({ remaining: 5, resetMs: 9_000 }),
  )
  expect(remainingOf(less, 2_200)).toBe(5)
})

test('the window ends when it ends for sure, and then there is a whole one less what may come in it', () => {
  const sentTwice = (sentAtMs: number) => sentAt(sentAtMs, sentAt(sentAtMs, told({ remaining: 0 })))
  const quota = sentTwice(9_500)
  expect(roomFor(quota, 'paying', 11_099)).toBeLessThanOrEqual(0)
  expect(remainingOf(quota, 11_100)).toBe(148)
  expect(opensAtMs(quota, 'paying', 1, 2_000)).toBe(11_100)
  // What has hung for longer has come in the window before, or comes no more.
  expect(remainingOf(sentTwice(8_999), 11_100)).toBe(150)
})

test('calls that hang are counted once: BigCommerce has them in what it says is remaining', () => {
  let quota = told({ limit: 150, remaining: 149, resetMs: 30_000 })
  for (let call = 0; call < 75; call++) quota = sentAt(2_000, quota)
  expect(remainingOf(quota, 2_100)).toBe(74)
  const heard = (sentAtMs: number) =>
    answered(
      sentAt(sentAtMs, quota),
      between(sentAtMs, sentAtMs + 100),
      reading({ remaining: 73, resetMs: 31_000 - sentAtMs }),
    )
  expect(remainingOf(heard(4_001), 4_200)).toBe(73)
  // Some of them may be on their way still.
  expect(remainingOf(heard(3_900), 4_200)).toBe(-2)
})

test('who is behind as many as a window takes waits for the one after it', () => {
  const quota = told({ remaining: 0 })
  expect(opensAtMs(quota, 'paying', 150, 2_000)).toBe(11_100)
  expect(opensAtMs(quota, 'paying', 151, 2_000)).toBe(41_100)
  expect(opensAtMs(quota, 'reading', 101, 2_000)).toBe(41_100)
  expect(opensAtMs(told({ remaining: 2 }), 'paying', 2, 2_000)).toBe(2_000)
  expect(opensAtMs(told({ remaining: 2 }), 'paying', 3, 2_000)).toBe(11_100)
})

describe('after a 429', () => {
  const second = () => 1_000
  const refused = turnedAway(sentAt(1_000, UNKNOWN_QUOTA), exchange, null, second)

  test('nothing is sent until the hold is over, and then one call alone', () => {
    expect(roomFor(refused, 'paying', 2_099)).toBe(0)
    expect(opensAtMs(refused, 'paying', 1, 1_200)).toBe(2_100)
    expect(roomFor(refused, 'paying', 2_100)).toBe(1)
    expect(roomFor(sentAt(2_100, refused), 'paying', 2_100)).toBe(0)
  })

  test('what was out before does not tell whether it is over, and a call that hangs lets another ask', () => {
    const three = turnedAway(times(3, UNKNOWN_QUOTA), exchange, null, second)
    expect(roomFor(three, 'paying', 2_100)).toBe(1)
    const asking = sentAt(2_100, three)
    expect([roomFor(asking, 'paying', 2_599), roomFor(asking, 'paying', 2_600)]).toEqual([0, 1])
  })

  test('a good answer to what was sent after it lets all go again, one to what was sent before does not', () => {
    const good = answered(sentAt(2_100, refused), between(2_100, 2_200), null)
    expect(roomFor(good, 'paying', 2_200)).toBe(MANAGEMENT_CALLS_MAX)
    const late = answered(sentAt(1_050, refused), between(1_050, 2_200), null)
    expect(roomFor(late, 'paying', 2_200)).toBe(1)
  })

  test('those of calls that were out together count as one, those in a row each for itself', () => {
    const told: number[] = []
    const asTold = (refusals: number) => {
      told.push(refusals)
      return 1_000
    }
    const once = turnedAway(times(3, UNKNOWN_QUOTA), exchange, null, asTold)
    const together = turnedAway(once, between(1_000, 1_101), null, asTold)
    turnedAway(together, between(3_000, 3_100), null, asTold)
    const good = answered(together, between(2_200, 2_300), null)
    turnedAway(good, between(1_000, 2_400), null, asTold)
    expect(told).toEqual([1, 1, 2, 1])
  })

  test('a shorter hold does not end a longer one', () => {
    const longer = turnedAway(sentAt(1_000, UNKNOWN_QUOTA), exchange, null, () => 20_000)
    const both = turnedAway(sentAt(1_000, longer), between(1_000, 1_200), null, second)
    expect(roomFor(both, 'paying', 21_099)).toBe(0)
  })
})

test('alone with its quota it is never refused, however answers cross', () => {
  const call = fc.record({
    gapMs: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(3_000)),
    purpose: fc.constantFrom<Purpose>(...PURPOSES),
    thereMs: fc.nat(800),
    backMs: fc.nat(800),
  })
  fc.assert(
    fc.property(
      // What may be out before the first answer fits into the smallest: it takes 1.6 s at most, and others follow every half second.
      fc.integer({ min: 4 * MANAGEMENT_CALLS_MAX, max: 100 }),
      fc.array(call, { minLength: 1, maxLength: 300 }),
      (limit, calls) => {
        const windowMs = 5_000
        let quota = UNKNOWN_QUOTA
        let nowMs = 0
        let startedMs = Number.NEGATIVE_INFINITY
        let used = 0
        const later: { atMs: number; run: () => void }[] = []
        const passTo = (untilMs: number) => {
          for (;;) {
            later.sort((a, b) => a.atMs - b.atMs)
            const [next] = later
            if (!next || next.atMs > untilMs) break
            later.shift()
            nowMs = next.atMs
            next.run()
          }
          nowMs = untilMs
        }
        for (const { gapMs, purpose, thereMs, backMs } of calls) {
          passTo(nowMs + gapMs)
          if (roomFor(quota, purpose, nowMs) <= 0) continue
          const call = { purpose, kind: 'any', sentAtMs: nowMs }
          quota = sent(quota, call)
          later.push({
            atMs: call.sentAtMs + thereMs,
            run: () => {
              if (nowMs >= startedMs + windowMs) [startedMs, used] = [nowMs, 0]
              used += 1
              expect(used).toBeLessThanOrEqual(limit)
              const resetMs = startedMs + windowMs - nowMs
              const said = reading({ limit, remaining: Math.max(0, limit - used), windowMs, resetMs })
              later.push({
                atMs: nowMs + backMs,
                run: () => {
                  quota = answered(quota, { ...call, answeredAtMs: nowMs }, said)
                },
              })
            },
          })
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('whatever BigCommerce says, a minute of quiet later each purpose may send', () => {
  const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, 1, 30_000, 150))
  const anything = fc.record({
    limit: anyNumber,
    remaining: anyNumber,
    windowMs: anyNumber,
    resetMs: anyNumber,
  })
  const positive = fc.double({ min: 1, noNaN: true }).map(String)
  const word = fc.record({
    said: anything,
    isRefused: fc.boolean(),
    asked: fc.record(
      { 'x-retry-after': positive, 'x-rate-limit-time-reset-ms': positive },
      { requiredKeys: [] },
    ),
    gapMs: fc.nat(5_000),
  })
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      let nowMs = 0
      let quota = UNKNOWN_QUOTA
      for (const { said, isRefused, asked, gapMs } of words) {
        const exchange = between(nowMs, nowMs + gapMs)
        nowMs += gapMs
        const refusal = { status: 429, headers: asked, json: undefined }
        quota = sent(quota, exchange)
        quota = isRefused
          ? turnedAway(quota, exchange, quotaReadingOf(said), (row) => holdMsAfter(refusal, row, 0.5))
          : answered(quota, exchange, quotaReadingOf(said))
      }
      for (const purpose of PURPOSES) {
        expect(opensAtMs(quota, purpose, 1, nowMs) - nowMs).toBeLessThanOrEqual(60_000)
        expect(roomFor(quota, purpose, nowMs + 60_000)).toBeGreaterThan(0)
      }
    }),
  )
})
