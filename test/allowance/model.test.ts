import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AllowanceRule } from '../../src/allowance/rule.ts'
import {
  comesBackAtMs,
  counted,
  expectedBackAtMs,
  freshPermits,
  givenBack,
  heldBack,
  type ModelPermit,
  maxInWindow,
  reserve,
} from './model.ts'

const rule: AllowanceRule = { windowMs: 4_000, marginMs: 200, sendWithinMs: 5_000 }
const limit = 50

describe('no window holds more payments than there are permits', () => {
  /** How one charge goes: how late it departs, how long it travels, when it is answered, whether its sender dies. */
  const fate = fc.record({
    gapMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3_000 })),
    leavesAfterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })),
    // At least 30 ms, and no two further apart than the margin.
    travelsMs: fc.integer({ min: 30, max: 230 }),
    answersAfterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })),
    end: fc.constantFrom('answered', 'answered', 'answered', 'sender dies', 'given back'),
  })
  const settings = fc.record({
    limit: fc.integer({ min: 1, max: 6 }),
    withinMs: fc.constantFrom(0, 250, 5_000),
    fates: fc.array(fate, { minLength: 1, maxLength: 120 }),
  })

  test('however late they leave, however the network delays them, whichever instance dies in between', () => {
    fc.assert(
      fc.property(settings, ({ limit, withinMs, fates }) => {
        let permits = freshPermits(limit)
        let nowMs = 1_000_000
        const arrivals: number[] = []
        const later: { atMs: number; run: (atMs: number) => void }[] = []
        const passTo = (untilMs: number) => {
          later.sort((a, b) => a.atMs - b.atMs)
          while (later[0] && later[0].atMs <= untilMs) {
            const [next] = later.splice(0, 1)
            next?.run(next.atMs)
          }
        }
        for (const { gapMs, leavesAfterMs, travelsMs, answersAfterMs, end } of fates) {
          nowMs += gapMs
          passTo(nowMs)
          const result = reserve(permits, rule, { nowMs, withinMs, count: 1 })
          permits = result.permits
          const [reservation] = result.taken
          if (!reservation) continue
          if (end === 'given back') {
            permits = givenBack(permits, reservation, rule)
            continue
          }
          const departedMs = reservation.forMs + leavesAfterMs
          const arrivedMs = departedMs + travelsMs
          arrivals.push(arrivedMs)
          if (end === 'sender dies') continue
          const knownMs = Math.min(departedMs + rule.marginMs, arrivedMs + answersAfterMs)
          later.push({
            atMs: knownMs,
            run: (atMs) => {
              permits = counted(permits, reservation, atMs)
            },
          })
        }
        expect(maxInWindow(arrivals, rule.windowMs)).toBeLessThanOrEqual(limit)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a reservation', () => {
  const states = fc.array(
    fc.record({
      countedAtMs: fc.integer({ min: 0, max: 20_000 }),
      notBeforeMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })),
    }),
    { minLength: 1, maxLength: 8 },
  )
  const asked = fc.record({
    nowMs: fc.integer({ min: 0, max: 25_000 }),
    withinMs: fc.integer({ min: 0, max: 6_000 }),
    count: fc.integer({ min: 1, max: 10 }),
  })
  const permitsOf = (all: Pick<ModelPermit, 'countedAtMs' | 'notBeforeMs'>[]): ModelPermit[] =>
    freshPermits(all.length).map((permit, index) => ({ ...permit, ...all[index] }))

  test('waits no longer than was allowed, and is refused only when every other permit comes back later', () => {
    fc.assert(
      fc.property(states, asked, (all, options) => {
        const permits = permitsOf(all)
        const { taken } = reserve(permits, rule, options)
        const latestMs = options.nowMs + options.withinMs
        const inTime = permits.filter((permit) => comesBackAtMs(permit, rule) <= latestMs)
        expect(taken).toHaveLength(Math.min(options.count, inTime.length))
        for (const { forMs } of taken) {
          expect(forMs).toBeGreaterThanOrEqual(options.nowMs)
          expect(forMs).toBeLessThanOrEqual(latestMs)
        }
      }),
    )
  })

  test('takes those that come back first', () => {
    fc.assert(
      fc.property(states, asked, (all, options) => {
        const permits = permitsOf(all)
        const { taken } = reserve(permits, rule, options)
        const numbers = new Set(taken.map(({ number }) => number))
        const back = (isTaken: boolean) =>
          permits
            .filter(({ number }) => numbers.has(number) === isTaken)
            .map((permit) => comesBackAtMs(permit, rule))
        if (taken.length === 0) return
        expect(Math.max(...back(true))).toBeLessThanOrEqual(Math.min(...back(false), Number.MAX_SAFE_INTEGER))
      }),
    )
  })

  test('that is given back leaves the permit as usable as it was, and a later one is left alone', () => {
    fc.assert(
      fc.property(states, asked, (all, options) => {
        const before = permitsOf(all)
        const { permits, taken } = reserve(before, rule, { ...options, count: 1 })
        const [reservation] = taken
        if (!reservation) return
        const after = givenBack(permits, reservation, rule)
        const again = reserve(after, rule, { ...options, count: 1 })
        expect(again.taken[0]?.forMs).toBe(reservation.forMs)
        if (again.taken[0]?.number !== reservation.number) return
        expect(givenBack(again.permits, reservation, rule)).toEqual(again.permits)
        expect(counted(again.permits, reservation, 0)).toEqual(again.permits)
      }),
    )
  })
})

test('an answer brings a permit back one window later, silence a margin after that, a crash much later', () => {
  const { permits, taken } = reserve(freshPermits(1), rule, { nowMs: 10_000, withinMs: 0, count: 1 })
  const [reservation] = taken
  const backAfter = (knownMs: number) => {
    const [permit] = reservation ? counted(permits, reservation, knownMs) : []
    return permit && comesBackAtMs(permit, rule)
  }
  expect(backAfter(10_080)).toBe(14_080)
  expect(backAfter(10_000 + rule.marginMs)).toBe(14_200)
  expect(permits.map((permit) => comesBackAtMs(permit, rule))).toEqual([19_200])
  expect(permits.map((permit) => expectedBackAtMs(permit, rule))).toEqual([14_200])
})

test('a moment that BigCommerce names holds every permit back, and never shortens a longer one', () => {
  const held = heldBack(heldBack(freshPermits(3), 2_000, 10_000), 1_000, 10_000)
  expect(reserve(held, rule, { nowMs: 10_000, withinMs: 1_999, count: 3 }).taken).toEqual([])
  expect(reserve(held, rule, { nowMs: 10_000, withinMs: 2_000, count: 3 }).taken).toHaveLength(3)
})

test.each([
  [20, 0.975],
  [1_000, 0.95],
])('at overload nearly the whole allowance is used: answers after %d ms, %d of it', (answerMs, use) => {
  const endMs = 120_000
  let permits = freshPermits(limit)
  let spent = 0
  const due: { atMs: number; run: () => void }[] = []
  for (let nowMs = 0; nowMs < endMs; nowMs += 5) {
    for (const { run } of due.splice(0, due.filter(({ atMs }) => atMs <= nowMs).length)) run()
    const result = reserve(permits, rule, { nowMs, withinMs: 0, count: 3 })
    permits = result.permits
    spent += result.taken.length
    for (const reservation of result.taken) {
      const knownMs = nowMs + Math.min(answerMs, rule.marginMs)
      due.push({
        atMs: knownMs,
        run: () => {
          permits = counted(permits, reservation, knownMs)
        },
      })
    }
  }
  expect(spent / ((limit * endMs) / rule.windowMs)).toBeGreaterThanOrEqual(use)
})
