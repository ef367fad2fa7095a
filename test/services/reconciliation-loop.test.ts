import { expect, test } from 'vitest'
import {
  createReconciliationLoop,
  createReconciliationRound,
  type Reconcile,
} from '../../src/services/reconciliation-loop.ts'
import { attemptOf } from '../domain/samples.ts'
import { keptIn } from '../support/logs.ts'
import { createVirtualTime } from './virtual-time.ts'

/** A loop on a virtual clock, whose looks end when the test says so. */
function start(reconcile?: Reconcile) {
  const time = createVirtualTime()
  const rounds: PromiseWithResolvers<void>[] = []
  const loop = createReconciliationLoop({
    reconcile:
      reconcile ??
      (async () => {
        const round = Promise.withResolvers<void>()
        rounds.push(round)
        return { looked: round.promise }
      }),
    sleep: (forMs, signal) =>
      new Promise((resolve) => {
        const callOff = time.schedule(forMs, () => resolve())
        signal.addEventListener('abort', () => {
          callOff()
          resolve()
        })
      }),
    log: keptIn([]),
  })
  loop.start()
  return { time, rounds, loop }
}

test('a round begins half a second after the looks of the one before are over', async () => {
  const { time, rounds } = start()
  await time.pass(1_000)
  expect(rounds).toHaveLength(1)
  rounds[0]?.resolve()
  await time.pass(499)
  expect(rounds).toHaveLength(1)
  await time.pass(1)
  expect(rounds).toHaveLength(2)
})

test('looks that hang do not hold up those of others: rounds begin beside them, eight at most', async () => {
  const { time, rounds } = start()
  await time.pass(2_499)
  expect(rounds).toHaveLength(1)
  await time.pass(1)
  expect(rounds).toHaveLength(2)
  await time.pass(60_000)
  expect(rounds).toHaveLength(8)
  rounds[3]?.resolve()
  await time.pass(500)
  expect(rounds).toHaveLength(9)
})

test('a round that fails is followed by the next', async () => {
  let rounds = 0
  const { time } = start(() => {
    rounds++
    return Promise.reject(new Error('no ledger'))
  })
  await time.pass(1_000)
  expect(rounds).toBe(3)
})

test('stopping waits for the looks that are running, and begins no other', async () => {
  const { time, rounds, loop } = start()
  await time.pass(3_000)
  expect(rounds).toHaveLength(2)
  let isOver = false
  const stopped = loop.stop().then(() => {
    isOver = true
  })
  rounds[1]?.resolve()
  await time.pass(5_000)
  expect([rounds.length, isOver]).toEqual([2, false])
  rounds[0]?.resolve()
  await stopped
})

test.each([
  ['nothing can be recovered', { recoverAbandoned: 'fails' }],
  ['one payment cannot be recovered', { recoverAbandoned: 'fails for one' }],
  ['old keys cannot be deleted', { deleteKeysBefore: 'fails' }],
] as const)('%s: what is due is looked at all the same, and people hear of it', async (_, broken) => {
  const logged: Parameters<typeof keptIn>[0] = []
  const looked: unknown[] = []
  const failure = new Error('a row that no one can write')
  const reconcile = createReconciliationRound({
    unsettled: {
      async recoverAbandoned() {
        if (!('recoverAbandoned' in broken)) return { released: [], unknown: [] }
        if (broken.recoverAbandoned === 'fails') throw failure
        return { released: [], unknown: [], failure }
      },
      lease: async () => [attemptOf({ orderId: 118 })],
      async deleteKeysBefore() {
        if ('deleteKeysBefore' in broken) throw failure
        return 0
      },
    },
    holds: { deleteExpired: async () => 0 },
    async reconcileAttempt(attempt) {
      looked.push(attempt.id)
      return []
    },
    stillFor: { claimedMs: 1, sendingMs: 1 },
    now: () => 0,
    log: keptIn(logged),
  })
  await (await reconcile()).looked
  expect(looked).toHaveLength(1)
  expect(logged).toMatchObject([
    { level: 'error', event: 'reconciliation round failed', fields: { err: failure } },
  ])
})
