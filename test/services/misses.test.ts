import { beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../../src/domain/caller.ts'
import { Problem } from '../../src/domain/problem.ts'
import { createMisses, type Misses } from '../../src/services/misses.ts'
import { callerOf, contextOf, customer, server } from './fakes.ts'

let nowMs: number
let misses: Misses
beforeEach(() => {
  nowMs = 1_000_000
  misses = createMisses({ elapsed: () => nowMs, callerPerMinute: 300 })
})

const eve = { ...customer(66), principal: 'eve' }
const alice = { ...customer(7), principal: 'alice' }
/** How it ends when the caller asks for an order. */
const ask = (caller: Caller, isMiss: boolean) => {
  try {
    misses.begin(caller, contextOf())(isMiss)
    return isMiss ? 'not theirs' : 'the order'
  } catch (error) {
    return error instanceof Problem ? error.code : error
  }
}
const miss = (caller: Caller = eve) => ask(caller, true)
const hit = (caller: Caller = eve) => ask(caller, false)

describe('a caller who asks for orders of others', () => {
  test('gets ten 404s, then 429 without a read, and told truly when the next one may be asked for', () => {
    for (let count = 0; count < 10; count++) expect(miss()).toBe('not theirs')
    expect(() => misses.begin(eve, contextOf())).toThrow(
      expect.objectContaining({
        code: 'quota_exceeded',
        options: expect.objectContaining({ retryAfterSeconds: 1 }),
      }),
    )
    expect(hit()).toBe('quota_exceeded')
    nowMs += 1_000
    expect(miss()).toBe('not theirs')
    expect(miss()).toBe('quota_exceeded')
  })

  test('keeps no one else out', () => {
    for (let count = 0; count < 20; count++) miss()
    expect(hit(alice)).toBe('the order')
    expect(misses.mayGoAhead(alice)).toBe(true)
  })

  test('is let in again at the latest after a minute', () => {
    for (let count = 0; count < 20; count++) miss()
    nowMs += 60_000
    for (let count = 0; count < 9; count++) expect(hit()).toBe('the order')
    expect(misses.mayGoAhead(eve)).toBe(true)
  })

  test('cannot slip past with many at once', () => {
    const reading: ((isMiss: boolean) => void)[] = []
    for (let count = 0; count < 300; count++) {
      try {
        reading.push(misses.begin(eve, contextOf()))
      } catch {}
    }
    expect(reading).toHaveLength(30)
    for (const wasRead of reading) wasRead(true)
    expect(hit()).toBe('quota_exceeded')
  })
})

test('nothing goes ahead for a minute after a miss, nor while many orders are read at once', () => {
  expect(misses.mayGoAhead(eve)).toBe(true)
  miss()
  nowMs += 59_999
  expect([misses.mayGoAhead(eve), misses.comesLast(eve)]).toEqual([false, true])
  nowMs += 1
  expect([misses.mayGoAhead(eve), misses.comesLast(eve)]).toEqual([true, false])
  for (const _ of [1, 2, 3]) misses.begin(eve, contextOf())
  expect(misses.mayGoAhead(eve)).toBe(false)
})

test('orders of their own are no misses', () => {
  for (let count = 0; count < 40; count++) expect(hit()).toBe('the order')
  expect(misses.mayGoAhead(eve)).toBe(true)
})

test('a trusted server is never refused, since its token serves many shoppers', () => {
  for (let count = 0; count < 40; count++) expect(miss(server)).toBe('not theirs')
  expect(hit(server)).toBe('the order')
  expect([misses.mayGoAhead(server), misses.comesLast(server)]).toEqual([false, false])
})

test('however many callers there are, only the last ten thousand are remembered', () => {
  for (let count = 0; count < 10_001; count++) {
    miss({ ...callerOf({ kind: 'customer', customerId: 1 }), principal: `caller ${count}` })
  }
  const ofCaller = (count: number) => ({ ...eve, principal: `caller ${count}` })
  expect(misses.mayGoAhead(ofCaller(0))).toBe(true)
  expect(misses.mayGoAhead(ofCaller(10_000))).toBe(false)
})

test('without a limit no one is refused, and still nothing goes ahead after a miss', () => {
  misses = createMisses({ elapsed: () => nowMs, callerPerMinute: 0 })
  for (let count = 0; count < 400; count++) expect(miss()).toBe('not theirs')
  expect(misses.mayGoAhead(eve)).toBe(false)
  nowMs += 60_000
  expect(misses.mayGoAhead(eve)).toBe(true)
})
