import { expect, test, vi } from 'vitest'
import { Problem } from '../../src/domain/problem.ts'
import { createWaiting } from '../../src/services/waiting.ts'
import { createVirtualTime } from './virtual-time.ts'

const stays = () => new AbortController().signal

/** A ledger in which payments end when the test says so, and what was asked of it. */
function startWaiting(placesMax = 10) {
  const time = createVirtualTime()
  const ended = new Set<string>()
  const reads: string[][] = []
  const ledger = { isAway: false }
  const waiting = createWaiting({
    attempts: {
      async findEnded(ids) {
        reads.push([...ids])
        if (ledger.isAway) throw new Error('the ledger is away')
        return ids.filter((id) => ended.has(id))
      },
    },
    elapsed: time.now,
    pause: (forMs) => new Promise((resolve) => void time.schedule(forMs, resolve)),
    placesMax,
  })
  /** Begins to wait. `result` says how the wait ended, null while it goes on. */
  function wait(payment: string, { caller = 'caller', forMs = 20_000, hasGone = stays() } = {}) {
    const one = waiting.begin(caller, forMs)
    const state: { result: boolean | null; leave(): void } = { result: null, leave: one.leave }
    void one.untilEnd([payment], hasGone).then((isApplied) => {
      state.result = isApplied
      one.leave()
    })
    return state
  }
  return { time, ended, reads, ledger, waiting, wait }
}

test('a wait ends as soon as the payment has an end, and that of another payment goes on', async () => {
  const { time, ended, wait } = startWaiting()
  const [one, other] = [wait('one'), wait('other')]
  await time.pass(5_000)
  expect([one.result, other.result]).toEqual([null, null])
  ended.add('one')
  await time.pass(250)
  expect([one.result, other.result]).toEqual([true, null])
})

test('it ends when its time is over, also while the ledger is away', async () => {
  const { time, ledger, wait } = startWaiting()
  const one = wait('one', { forMs: 3_000 })
  ledger.isAway = true
  await time.pass(2_900)
  expect(one.result).toBeNull()
  await time.pass(350)
  expect(one.result).toBe(true)
})

test('the time counts from when the request came', async () => {
  const { time, waiting } = startWaiting()
  const one = waiting.begin('caller', 5_000)
  await time.pass(5_000)
  expect(await one.untilEnd(['one'], stays())).toBe(true)
})

test('all who wait are looked up by one statement, and none is made when no one waits any more', async () => {
  const { time, ended, reads, wait } = startWaiting(100)
  for (let n = 0; n < 50; n++) wait(`payment-${n % 10}`)
  await time.pass(1_000)
  expect(reads).toHaveLength(4)
  expect(reads[0]).toHaveLength(10)
  for (let n = 0; n < 10; n++) ended.add(`payment-${n}`)
  await time.pass(500)
  const before = reads.length
  await time.pass(60_000)
  expect(reads.length - before).toBeLessThanOrEqual(1)
})

test('a client that goes away frees its place', async () => {
  const { time, wait } = startWaiting(1)
  const leaving = new AbortController()
  const one = wait('one', { hasGone: leaving.signal })
  const refused = wait('two')
  await time.settled()
  expect(refused.result).toBe(false)
  leaving.abort()
  await time.settled()
  const next = wait('two')
  await time.pass(1_000)
  expect([one.result, next.result]).toEqual([false, null])
})

test('who waits already asks for the look, once for all; who finds no place asks as ever', () => {
  const { waiting } = startWaiting(2)
  const [first, second, third] = [1, 2, 3].map((n) => waiting.begin(`caller ${n}`, 20_000))
  expect(first?.join(['one'])).toBe(true)
  expect(second?.join(['one'])).toBe(false)
  expect(second?.join(['one', 'two'])).toBe(true)
  expect(third?.join(['three'])).toBe(true)
  first?.leave()
  expect(third?.join(['two'])).toBe(false)
  second?.leave()
  expect(third?.join(['four'])).toBe(true)
})

test('a caller who takes all places gives one up for each other caller', async () => {
  const { time, wait } = startWaiting(4)
  const greedy = [1, 2, 3, 4, 5].map((n) => wait(`payment-${n}`, { caller: 'greedy' }))
  const others = ['a', 'b'].map((caller) => wait('one', { caller }))
  await time.settled()
  expect(greedy.map(({ result }) => result)).toEqual([false, false, null, null, false])
  expect(others.map(({ result }) => result)).toEqual([null, null])
  // From here on all have about as many.
  const late = wait('one', { caller: 'a' })
  await time.settled()
  expect(late.result).toBe(false)
})

/** Waits for a payment whose first answer is `first`; when it has ended, asking once more fails so. */
async function answerThough(failure: unknown): Promise<unknown> {
  const applied = vi.fn()
  const { time, ended, waiting } = startWaiting()
  let asks = 0
  const answer = waiting
    .begin('caller', 20_000)
    .answer(
      {
        async ask() {
          if (asks++ > 0) throw failure
          return 'first'
        },
        withoutEnd: () => ['one'],
      },
      { hasGone: stays, aside: (untilEnd) => untilEnd(), applied },
    )
    .catch((error) => error)
  ended.add('one')
  await time.pass(1_000)
  // What is old was not waited for: the client pauses before it asks again.
  expect(applied).not.toHaveBeenCalled()
  return answer
}

test('what was known before stays the answer where it cannot be asked once more', async () => {
  // The request may have charged by then: an error would say that nothing was.
  expect(await answerThough(new Problem('store_unavailable'))).toBe('first')
  expect(await answerThough(new Problem('upstream_unavailable'))).toBe('first')
})

test('another refusal is told: what was waited for has left the order to this payment', async () => {
  const refusal = new Problem('order_not_payable')
  expect(await answerThough(refusal)).toBe(refusal)
  const fault = new Error('a fault of ours')
  expect(await answerThough(fault)).toBe(fault)
})

test('at the end of the process all are answered at once, and no one waits any more', async () => {
  const { time, waiting, wait } = startWaiting()
  const one = wait('one')
  await time.settled()
  waiting.stop()
  const late = wait('one')
  await time.settled()
  expect([one.result, late.result]).toEqual([false, false])
})
