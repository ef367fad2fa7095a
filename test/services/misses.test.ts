import { beforeEach, describe, expect, test } from 'vitest'
import { Problem } from '../../src/domain/problem.ts'
import { createMisses, type Misses } from '../../src/services/misses.ts'
import { callerOf, contextOf, customer, endOf, server } from './fakes.ts'

let nowMs: number
let misses: Misses
beforeEach(() => {
  nowMs = 1_000_000
  misses = createMisses(() => nowMs)
})

const eve = { ...customer(66), principal: 'eve' }
const alice = { ...customer(7), principal: 'alice' }
const notFound = () => Promise.reject(new Problem('order_not_found'))
const miss = (caller = eve) => endOf(misses.watch(caller, notFound, contextOf()))
const hit = (caller = eve) => endOf(misses.watch(caller, async () => 'the order', contextOf()))

describe('a caller who asks for orders of others', () => {
  test('gets ten 404s, then 429 without a read, and told truly when the next one may be asked for', async () => {
    for (let count = 0; count < 10; count++) expect(await miss()).toBe('order_not_found')
    const refused = await misses.watch(eve, notFound, contextOf()).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'quota_exceeded', options: { retryAfterSeconds: 1 } })
    expect(await hit()).toBe('quota_exceeded')
    nowMs += 1_000
    expect(await miss()).toBe('order_not_found')
    expect(await miss()).toBe('quota_exceeded')
  })

  test('keeps no one else out', async () => {
    for (let count = 0; count < 20; count++) await miss()
    expect(await hit(alice)).toBe('the order')
    expect(misses.mayGoAhead(alice)).toBe(true)
  })

  test('is let in again at the latest after a minute', async () => {
    for (let count = 0; count < 20; count++) await miss()
    nowMs += 60_000
    for (let count = 0; count < 9; count++) expect(await hit()).toBe('the order')
    expect(misses.mayGoAhead(eve)).toBe(true)
  })

  test('cannot slip past with many at once', async () => {
    let reads = 0
    const answers = Array.from({ length: 300 }, () =>
      endOf(
        misses.watch(
          eve,
          async () => {
            reads += 1
            await new Promise((resolve) => setImmediate(resolve))
            return notFound()
          },
          contextOf(),
        ),
      ),
    )
    await Promise.all(answers)
    expect(reads).toBe(30)
  })
})

test('nothing goes ahead for a minute after a miss, nor while many orders are read at once', async () => {
  expect(misses.mayGoAhead(eve)).toBe(true)
  await miss()
  nowMs += 59_999
  expect(misses.mayGoAhead(eve)).toBe(false)
  nowMs += 1
  expect(misses.mayGoAhead(eve)).toBe(true)
  for (const _ of [1, 2, 3]) void misses.watch(eve, () => new Promise(() => {}), contextOf())
  expect(misses.mayGoAhead(eve)).toBe(false)
})

test('orders of their own, and failures of BigCommerce, are no misses', async () => {
  const away = () => Promise.reject(new Problem('upstream_unavailable'))
  for (let count = 0; count < 40; count++) {
    expect(await hit()).toBe('the order')
    expect(await endOf(misses.watch(eve, away, contextOf()))).toBe('upstream_unavailable')
  }
  expect(misses.mayGoAhead(eve)).toBe(true)
})

test('a trusted server is never refused, since its token serves many shoppers', async () => {
  for (let count = 0; count < 40; count++) expect(await miss(server)).toBe('order_not_found')
  expect(await hit(server)).toBe('the order')
  expect(misses.mayGoAhead(server)).toBe(false)
})

test('however many callers there are, only the last ten thousand are remembered', async () => {
  for (let count = 0; count < 10_001; count++) {
    await miss({ ...callerOf({ kind: 'customer', customerId: 1 }), principal: `caller ${count}` })
  }
  const ofCaller = (count: number) => ({ ...eve, principal: `caller ${count}` })
  expect(misses.mayGoAhead(ofCaller(0))).toBe(true)
  expect(misses.mayGoAhead(ofCaller(10_000))).toBe(false)
})
