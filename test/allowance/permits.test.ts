import { describe, expect, test } from 'vitest'
import type { Permit } from '../../src/allowance/permit.ts'
import { Problem } from '../../src/domain/problem.ts'
import { bucketOf, type Change, rule, secondsOf, who } from './bucket.ts'
import { maxInWindow } from './model.ts'

test('while there are permits no payment waits', async () => {
  const { pay, sent, time } = bucketOf()
  for (const name of ['a1', 'a2', 'b1']) void pay(name)
  await time.settled()
  expect(who(sent)).toEqual(['a1', 'b1', 'a2'])
  expect(sent.every(({ atMs }) => atMs === time.now())).toBe(true)
})

test('the next waits for the permit that comes back first, and then goes at that moment', async () => {
  const { pay, sent, time } = bucketOf()
  const startMs = time.now()
  for (const name of ['a1', 'a2', 'a3', 'a4']) void pay(name)
  await time.pass(4_100)
  expect(sent).toHaveLength(3)
  await time.pass(400)
  expect(sent.at(-1)).toEqual({ who: 'a4', atMs: startMs + 4_200 })
})

test('an answer brings a permit back before its margin is over', async () => {
  const { pay, sent, time } = bucketOf({ limit: 1, answerMs: 50 })
  const startMs = time.now()
  void pay('a1')
  void pay('a2')
  await time.pass(5_000)
  expect(sent[1]?.atMs).toBeLessThan(startMs + 4_200)
  expect(sent[1]?.atMs).toBeGreaterThanOrEqual(startMs + 4_050)
})

describe('too many', () => {
  test('are refused as soon as it is known that they cannot be served in time, with the time to wait', async () => {
    const { pay, refused, sent, time } = bucketOf({ limit: 2, maxWaitMs: 5_000 })
    for (let count = 1; count <= 7; count++) void pay(`a${count}`)
    await time.settled()
    expect(who(refused)).toEqual(['a7', 'a6', 'a5'])
    expect(refused.map(({ problem }) => problem)).toMatchObject([
      { code: 'payment_rate_limited', options: { violatedPolicies: ['payments'] } },
      { code: 'payment_rate_limited' },
      { code: 'payment_rate_limited' },
    ])
    // Two go now, two in 4.2 s, the fifth would go in 8.4 s.
    expect(secondsOf(refused.at(-1)?.problem)).toBe(9)
    await time.pass(5_000)
    expect(who(sent)).toEqual(['a1', 'a2', 'a3', 'a4'])
  })

  test('from then on more are turned away at the door, before anything is done for them', async () => {
    const { pay, permits, time } = bucketOf({ limit: 1 })
    for (const name of ['a1', 'a2', 'a3']) void pay(name)
    await time.settled()
    expect(() => permits.arrive('a')).toThrowError('payment_rate_limited')
    // Not for ever: what was seen of the permits grows old.
    await time.pass(4_900)
    expect(() => permits.arrive('a')).not.toThrow()
  })

  test('no payment that is let in waits longer than is allowed', async () => {
    const { pay, store, refused, time } = bucketOf({ limit: 1, maxWaitMs: 5_000 })
    const startMs = time.now()
    store.reserve = () => new Promise(() => {})
    void pay('a1')
    await time.pass(6_000)
    expect(who(refused)).toEqual(['a1'])
    expect(refused[0]?.atMs).toBe(startMs + 5_000)
  })

  test('a payment that was let in and loses its permit to another instance is told as soon as that is seen', async () => {
    const { pay, store, refused, time } = bucketOf({ limit: 1, maxWaitMs: 5_000 })
    const startMs = time.now()
    void pay('a1')
    await time.settled()
    void pay('a2')
    await time.settled()
    time.schedule(3_900, () => void store.reserve(1, 1_000))
    await time.pass(6_000)
    expect(who(refused)).toEqual(['a2'])
    expect(refused[0]?.atMs).toBeLessThan(startMs + 5_000)
  })
})

describe('a flood', () => {
  test('does not push out the one payment of another: the flood gives way, its newest first', async () => {
    const { pay, sent, refused, time } = bucketOf({ limit: 2 })
    for (let count = 1; count <= 20; count++) void pay(`a${count}`)
    await time.pass(100)
    expect(refused).toHaveLength(16)
    void pay('b1')
    await time.pass(100)
    expect(who(refused).at(-1)).toBe('a4')
    await time.pass(4_500)
    expect(who(sent)).toEqual(['a1', 'a2', 'a3', 'b1'])
  })

  test('of a minute leaves the light callers nearly all that they ask for', async () => {
    const { pay, sent, time } = bucketOf({ limit: 10, answerMs: 300 })
    const asked = { a: 0, b: 0 }
    for (let tick = 0; tick < 600; tick++) {
      for (let more = 0; more < 2; more++) void pay(`a${++asked.a}`)
      if (tick % 10 === 0) void pay(`b${++asked.b}`)
      await time.pass(100)
    }
    await time.pass(6_000)
    const served = sent.filter((each) => each.who.startsWith('b')).length
    expect(served / asked.b).toBeGreaterThan(0.95)
    const moments = sent.map(({ atMs }) => atMs)
    expect(maxInWindow(moments, rule.windowMs)).toBeLessThanOrEqual(10)
    expect(sent.length / ((10 * 66_000) / rule.windowMs)).toBeGreaterThan(0.93)
  })
})

test('several instances share the permits: never too many, and each gets its part', async () => {
  const { pay, sent, refused, time } = bucketOf({ limit: 10, instances: 3, answerMs: 100 })
  const startMs = time.now()
  let count = 0
  for (let tick = 0; tick < 600; tick++) {
    for (const instance of [0, 1, 2]) if (tick % 2 === 0) void pay(`${'abc'[instance]}${++count}`, instance)
    await time.pass(100)
  }
  const during = sent.filter(({ atMs }) => atMs < startMs + 60_000)
  expect(
    maxInWindow(
      during.map(({ atMs }) => atMs),
      rule.windowMs,
    ),
  ).toBeLessThanOrEqual(10)
  expect(during.length).toBeGreaterThan(0.95 * 150)
  for (const caller of ['a', 'b', 'c'])
    expect(during.filter((each) => each.who.startsWith(caller)).length).toBeGreaterThan(during.length / 5)
  // Once it is known what the others take, a payment that cannot be served is told at once.
  const late = refused.filter(({ atMs }) => atMs > startMs + 10_000)
  expect(late.every(({ problem }) => (secondsOf(problem) ?? 0) >= 1)).toBe(true)
})

test('what a payment takes to get ready costs nothing of the allowance', async () => {
  const { pay, sent, time } = bucketOf({ limit: 10, instances: 3, readyMs: 60 })
  for (let count = 1; count <= 400; count++) {
    void pay(`a${count}`, count % 3)
    await time.pass(100)
  }
  const rounds = sent.slice(10).map(({ atMs }, index) => atMs - (sent[index]?.atMs ?? 0))
  expect(rounds.length).toBeGreaterThan(70)
  expect(Math.min(...rounds)).toBeGreaterThanOrEqual(4_200)
  // All that the margin leaves, but for what a turn of the event loop takes.
  expect(rounds.reduce((sum, round) => sum + round, 0) / rounds.length).toBeLessThan(4_205)
})

describe('a permit', () => {
  const held = async (change: Change = {}) => {
    const bucket = bucketOf({ limit: 1, ...change })
    const permit = await bucket.permits.arrive('a').takePermit()
    const remaining = async () => (await bucket.store.reserve(1, 0)).taken.length
    return { ...bucket, permit, remaining }
  }

  test('is given ahead of its moment, to get ready in, and may not leave before', async () => {
    const { permits, time, permit } = await held()
    const startMs = time.now()
    permit.departed()
    let next: Permit | undefined
    void permits
      .arrive('b')
      .takePermit()
      .then((given) => {
        next = given
      })
    await time.pass(3_949)
    expect(next).toBeUndefined()
    await time.pass(151)
    let wentAtMs = 0
    void next?.moment().then(() => {
      wentAtMs = time.now()
    })
    await time.pass(99)
    expect([next?.mayLeave(), wentAtMs]).toEqual([false, 0])
    await time.pass(1)
    expect([next?.mayLeave(), wentAtMs]).toEqual([true, startMs + 4_200])
  })

  test('that is not used is given back, once', async () => {
    const { permit, remaining } = await held()
    permit.giveBack()
    expect(await remaining()).toBe(1)
    permit.giveBack()
    expect(await remaining()).toBe(0)
  })

  test('that was used is not given back', async () => {
    const { permit, remaining, time } = await held()
    permit.departed()
    permit.giveBack()
    expect(await remaining()).toBe(0)
    await time.pass(4_199)
    expect(await remaining()).toBe(0)
    await time.pass(1)
    expect(await remaining()).toBe(1)
  })

  test('may not be used too late, or after it was given back', async () => {
    const { permit, time } = await held()
    expect(permit.mayLeave()).toBe(true)
    await time.pass(3_999)
    expect(permit.mayLeave()).toBe(true)
    await time.pass(1)
    expect(permit.mayLeave()).toBe(false)
    const other = await held()
    other.permit.giveBack()
    expect(other.permit.mayLeave()).toBe(false)
  })

  test('counts from when its charge really departed, however late that was', async () => {
    const { permit, remaining, time } = await held()
    await time.pass(3_900)
    permit.departed()
    await time.pass(4_199)
    expect(await remaining()).toBe(0)
    await time.pass(1)
    expect(await remaining()).toBe(1)
  })
})

describe('closing', () => {
  test('ends all waiting, and lets no payment in', async () => {
    const { permits, pay, refused, store, time } = bucketOf({ limit: 1, maxWaitMs: 9_000 })
    void pay('a1')
    await time.settled()
    void pay('a2')
    void pay('b1')
    await time.pass(3_900)
    permits.close()
    await permits.idle()
    await time.settled()
    expect(refused.map(({ problem }) => problem)).toMatchObject([
      { code: 'shutting_down' },
      { code: 'shutting_down' },
    ])
    expect(() => permits.arrive('a')).toThrowError('shutting_down')
    await time.pass(300)
    expect((await store.reserve(1, 0)).taken).toHaveLength(1)
  })

  test('leaves a payment alone that has its permit already and waits for the moment', async () => {
    const { permits, pay, sent, time } = bucketOf({ limit: 1 })
    const startMs = time.now()
    void pay('a1')
    void pay('a2')
    await time.pass(4_150)
    expect(sent).toHaveLength(1)
    permits.close()
    await time.pass(100)
    expect(sent.at(-1)).toEqual({ who: 'a2', atMs: startMs + 4_200 })
  })

  test('also ends the waiting of a payment that was let in before and asks now', async () => {
    const { permits } = bucketOf()
    const payment = permits.arrive('a')
    permits.close()
    await expect(payment.takePermit()).rejects.toThrowError('shutting_down')
  })
})

test('a payment that is turned away holds every permit back, goes first of its caller, and not past its patience', async () => {
  const { permits, pay, sent, time } = bucketOf({ limit: 2 })
  const startMs = time.now()
  const first = permits.arrive('a')
  ;(await first.takePermit()).departed()
  expect(await first.turnedAway(2_000)).toBe(true)
  await time.pass(10)
  void pay('a1')
  const again = first.takePermit().then(async (permit) => permit.moment().then(time.now))
  await time.pass(3_000)
  expect(await again).toBe(startMs + 2_000)
  expect(sent).toEqual([])
  await time.pass(2_000)
  expect(sent).toEqual([{ who: 'a1', atMs: startMs + 4_200 }])
  expect(await first.turnedAway(2_000)).toBe(false)
})

test('after a payment was turned away, permits come back later for a while', async () => {
  const { permits, store, time } = bucketOf({ limit: 1 })
  const payment = permits.arrive('a')
  ;(await payment.takePermit()).departed()
  await payment.turnedAway(1_000)
  await time.pass(5_000)
  const next = await permits.arrive('a').takePermit()
  next.departed()
  await time.pass(4_399)
  expect((await store.reserve(1, 0)).taken).toEqual([])
  await time.pass(1)
  expect((await store.reserve(1, 0)).taken).toHaveLength(1)
})

test('without its database nothing is let through: every payment is told', async () => {
  const { store, pay, refused, sent, time } = bucketOf()
  const reserve = store.reserve
  store.reserve = () => Promise.reject(new Problem('store_unavailable'))
  for (const name of ['a1', 'b1']) void pay(name)
  await time.settled()
  expect(refused.map(({ problem }) => problem)).toMatchObject([
    { code: 'store_unavailable' },
    { code: 'store_unavailable' },
  ])
  store.reserve = reserve
  void pay('a2')
  await time.settled()
  expect(who(sent)).toEqual(['a2'])
})

test('permits that do not exist yet are made for the first payment that needs one', async () => {
  const { store, pay, sent, time } = bucketOf()
  const { reserve, outlook, provide } = store
  let isProvided = false
  store.provide = async () => {
    isProvided = true
    return provide()
  }
  store.reserve = async (...args) => (isProvided ? reserve(...args) : { taken: [], remaining: null })
  store.outlook = async () => (isProvided ? outlook() : { atMs: null, permits: [], isAheadOfClock: false })
  void pay('a1')
  await time.settled()
  expect(who(sent)).toEqual(['a1'])
})

test('a permit whose end could not be recorded comes back later, and the log says so', async () => {
  const { store, permits, logged, time } = bucketOf()
  store.counted = () => Promise.reject(new Problem('store_unavailable'))
  const permit: Permit = await permits.arrive('a').takePermit()
  permit.departed()
  permit.answered()
  await time.settled()
  expect(logged).toMatchObject([{ level: 'warn' }])
})

test('how the allowance stands is told: what remains, and when there is more', async () => {
  const { permits, pay, time } = bucketOf({ limit: 2 })
  expect(permits.standing()).toEqual({ limit: 2, windowSeconds: 4, remaining: 2, resetSeconds: 4 })
  void pay('a1')
  await time.settled()
  expect(permits.standing().remaining).toBe(1)
  void pay('a2')
  void pay('a3')
  await time.pass(300)
  expect(permits.standing()).toMatchObject({ remaining: 0, resetSeconds: 4 })
  await time.pass(60_000)
  expect(permits.standing()).toMatchObject({ remaining: 2 })
})
