import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createClockWitness } from '../../src/allowance/clocks.ts'
import { createPermits } from '../../src/allowance/permits.ts'
import { contextOf } from '../services/fakes.ts'
import { bucketOf, rule, who } from './bucket.ts'
import { maxInWindow } from './model.ts'

const movesOf = (sent: readonly { readonly atMs: number }[]) => sent.map(({ atMs }) => atMs)

describe('a permit in hand', () => {
  async function held() {
    const bucket = bucketOf({ limit: 1 })
    return { ...bucket, permit: await bucket.permits.arrive('a').takePermit() }
  }

  test('may not be used after the machine was paused with its steady clock standing still', async () => {
    const { permit, time } = await held()
    time.pause(3_990)
    expect(permit.mayLeave()).toBe(true)
    time.pause(10)
    expect(permit.mayLeave()).toBe(false)
  })

  test.each([4_000, 3_600_000, -51, -3_600_000])(
    'may not be used once the wall clock is set by %d ms',
    async (ms) => {
      const { permit, time } = await held()
      time.setWall(ms)
      expect(permit.mayLeave()).toBe(false)
      await permit.moment()
    },
  )

  test.each([3_000, 20, -50])(
    'is as good as before when the wall clock is corrected by %d ms',
    async (ms) => {
      const { permit, time } = await held()
      time.setWall(ms)
      expect(permit.mayLeave()).toBe(true)
    },
  )

  test('of an instance that slept is not used beside those that others took meanwhile', async () => {
    const { fleet, pay, sent, time } = bucketOf({ limit: 3, instances: 2 })
    // Its steady clock stands still from when it has its permits, while the world goes on.
    let stoodStillMs = 0
    const [, other] = fleet
    if (!other) throw new Error('no second instance')
    const sleeper = createPermits({
      store: other.store,
      instance: 'sleeper',
      limit: 3,
      rule,
      maxWaitMs: 5_000,
      ...time,
      now: () => time.now() - stoodStillMs,
      random: Math.random,
      log: contextOf([]).log,
    })
    const permits = await Promise.all(['a', 'b', 'c'].map((caller) => sleeper.arrive(caller).takePermit()))
    await time.pass(10_000)
    stoodStillMs = 10_000
    for (const name of ['x1', 'x2', 'x3']) void pay(name)
    await time.settled()
    expect(sent).toHaveLength(3)
    expect(permits.map((permit) => permit.mayLeave())).toEqual([false, false, false])
  })
})

describe("the database's clock", () => {
  test.each([1_000, 3_900, 10_000, 3_600_000])(
    'set forward by %d ms between two bursts brings nothing back early, and the log says so',
    async (ms) => {
      const { pay, sent, time, logged, setDatabaseClock } = bucketOf({ limit: 5, answerMs: 20 })
      const startMs = time.worldNow()
      for (let count = 1; count <= 5; count++) void pay(`a${count}`)
      await time.pass(500)
      setDatabaseClock(ms)
      for (let count = 6; count <= 10; count++) void pay(`a${count}`)
      await time.pass(4_500)
      expect(maxInWindow(movesOf(sent), rule.windowMs)).toBe(5)
      expect(logged).toMatchObject([{ level: 'warn', fields: { forMs: expect.closeTo(ms, -2) } }])
      // No later than without it: an answer came after 20 ms.
      expect(sent).toHaveLength(10)
      expect(Math.max(...movesOf(sent)) - startMs).toBeLessThanOrEqual(4_600)
    },
  )

  test('set forward while payments wait lets none go early', async () => {
    const { pay, sent, time, setDatabaseClock } = bucketOf({ limit: 2, answerMs: 20 })
    for (let count = 1; count <= 4; count++) void pay(`a${count}`)
    await time.pass(1_000)
    setDatabaseClock(3_000)
    await time.pass(4_000)
    expect(who(sent)).toEqual(['a1', 'a2', 'a3', 'a4'])
    expect(maxInWindow(movesOf(sent), rule.windowMs)).toBe(2)
  })

  test('set forward while it cannot be told to the database is not forgotten', async () => {
    const { pay, sent, refused, store, time, setDatabaseClock } = bucketOf({ limit: 2, answerMs: 20 })
    for (const name of ['a1', 'a2']) void pay(name)
    await time.pass(500)
    setDatabaseClock(10_000)
    const { clockSetForward } = store
    store.clockSetForward = () => Promise.reject(new Error('the database is away'))
    void pay('a3')
    await time.pass(100)
    expect(who(refused)).toEqual(['a3'])
    store.clockSetForward = clockSetForward
    for (const name of ['a4', 'a5']) void pay(name)
    await time.pass(4_500)
    expect(maxInWindow(movesOf(sent), rule.windowMs)).toBe(2)
  })

  test.each([2_000, 60_000, 3_600_000])(
    'set back by %d ms stops payments for no longer than a window',
    async (ms) => {
      const { pay, sent, time, logged, setDatabaseClock } = bucketOf({ limit: 2, answerMs: 20 })
      for (const name of ['a1', 'a2']) void pay(name)
      await time.pass(500)
      setDatabaseClock(-ms)
      const atMs = time.worldNow()
      for (const name of ['a3', 'a4']) void pay(name)
      await time.pass(5_000)
      expect(who(sent)).toEqual(['a1', 'a2', 'a3', 'a4'])
      expect(Math.max(...movesOf(sent)) - atMs).toBeLessThanOrEqual(rule.windowMs + 100)
      expect(maxInWindow(movesOf(sent), rule.windowMs)).toBe(2)
      expect(logged).toMatchObject([{ level: 'warn', event: 'permits put right, the clock was set back' }])
    },
  )

  test('set in any order, by any step, while machines are paused and two instances pay: never too many, soon as usual', async () => {
    const event = fc.oneof(
      fc.record({
        database: fc.constantFrom(500, 3_000, 10_000, 3_600_000, -500, -3_000, -20_000, -3_600_000),
      }),
      fc.record({ wall: fc.constantFrom(3_000, -3_000, 3_600_000, -3_600_000) }),
      fc.record({ paused: fc.integer({ min: 10, max: 15_000 }) }),
      fc.record({ passed: fc.integer({ min: 100, max: 5_000 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 6 }), async (events) => {
        const { pay, sent, time, setDatabaseClock } = bucketOf({
          limit: 3,
          instances: 2,
          answerMs: 40,
          readyMs: 30,
        })
        let count = 0
        // An instance that pays hears of the database's clock within a window, and so of each time that it is set.
        const load = async (ms: number) => {
          for (let passedMs = 0; passedMs < ms; passedMs += 100) {
            void pay(`a${++count}`, 0)
            void pay(`b${++count}`, 1)
            await time.pass(100)
          }
        }
        await load(700)
        for (const what of events) {
          if ('database' in what) {
            setDatabaseClock(what.database)
            await load(rule.windowMs + 500)
          } else if ('wall' in what) time.setWall(what.wall)
          else if ('paused' in what) time.pause(what.paused)
          else await load(what.passed)
          await load(300)
        }
        await load(15_000)
        expect(maxInWindow(movesOf(sent), rule.windowMs)).toBeLessThanOrEqual(3)
        const lastMs = time.worldNow()
        expect(sent.filter(({ atMs }) => atMs > lastMs - 5_000).length).toBeGreaterThanOrEqual(3)
      }),
      { numRuns: 150 },
    )
  }, 60_000)
})

describe('what an instance knows of the database’s clock', () => {
  const reading = (databaseMs: number, askedMs: number, tookMs = 2) => ({
    databaseMs,
    askedMs,
    toldMs: askedMs + tookMs,
  })

  test('it believes the first word, and every later one that its own clock explains', () => {
    const witness = createClockWitness()
    expect(witness.jumpOf(reading(1_000_000, 50))).toBeNull()
    witness.believe(reading(1_000_000, 50))
    expect(witness.jumpOf(reading(1_005_000, 5_050))).toBeNull()
    // However long an answer takes.
    expect(witness.jumpOf(reading(1_006_500, 5_050, 3_000))).toBeNull()
  })

  test('a jump is told by what it is at least and at most', () => {
    const witness = createClockWitness()
    witness.believe(reading(1_000_000, 50))
    const jump = witness.jumpOf(reading(1_011_000, 1_050, 10))
    expect(jump?.atLeastMs).toBeGreaterThan(9_980)
    expect(jump?.atLeastMs).toBeLessThanOrEqual(10_000)
    expect(jump?.atMostMs).toBeGreaterThanOrEqual(10_000)
    expect(jump?.atMostMs).toBeLessThan(10_020)
  })

  test('many small steps forward add up to a jump', () => {
    const witness = createClockWitness()
    let jumps = 0
    for (let step = 0; step < 40; step++) {
      const one = reading(1_000_000 + step * 110, step * 100)
      if (witness.jumpOf(one)) jumps += 1
      witness.believe(one)
    }
    expect(jumps).toBeGreaterThan(8)
  })

  test('a clock that was set back is believed from then on, so that going on from there is no jump', () => {
    const witness = createClockWitness()
    witness.believe(reading(1_000_000, 50))
    witness.believe(reading(400_000, 1_050))
    expect(witness.jumpOf(reading(401_000, 2_050))).toBeNull()
    expect(witness.jumpOf(reading(1_002_000, 2_050))?.atLeastMs).toBeGreaterThan(600_000)
  })

  test('a drift of hours is no jump of more than half a margin', () => {
    const witness = createClockWitness()
    witness.believe(reading(1_000_000, 0))
    expect(witness.jumpOf(reading(1_000_000 + 3_600_000 + 90, 3_600_000))).toBeNull()
    expect(witness.jumpOf(reading(1_000_000 + 3_600_000 + 200, 3_600_000))).not.toBeNull()
  })
})
