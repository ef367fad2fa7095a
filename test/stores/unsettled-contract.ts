import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  ATTEMPT_STATUSES,
  type AttemptStatus,
  isFinal,
  type NewAttempt,
} from '../../src/domain/payment-attempt.ts'
import { Problem } from '../../src/domain/problem.ts'
import { createPaymentAttempts, type PaymentAttempts } from '../../src/stores/payment-attempts.ts'
import { createUnsettledAttempts, type UnsettledAttempts } from '../../src/stores/unsettled-attempts.ts'
import type { Engine, OpenedLedger } from './engines.ts'
import { newAttempt, scopeOf } from './wanted-attempts.ts'

const due = { amount: 6098, currency: 'USD' }
const patExpiresAtMs = 5_000_000
const keepsNothing = () => null
const second = 1_000
const minute = 60_000
const day = 86_400_000

/** What becomes of attempts whose end is not known yet, whichever database they are kept in. */
export function describeUnsettled({ name, open }: Engine): void {
  describe(`the unsettled attempts on ${name}`, () => {
    let opened: OpenedLedger
    let nowMs: number
    let ledger: PaymentAttempts
    let unsettled: UnsettledAttempts
    let lastKey = 0

    const options = () => ({ database: opened.database, storeHash: 'store-1', now: () => nowMs })
    /** As another instance of the service has it: with connections of its own. */
    const ofAnotherInstance = () => createUnsettledAttempts({ ...options(), database: opened.connect() })
    const rowOf = (id: string) =>
      opened.database
        .selectFrom('payment_attempts')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    const ids = (attempts: readonly { id: string }[]) => attempts.map(({ id }) => id).sort()
    const claimed = async (change: Partial<NewAttempt> = {}, key = `key-${++lastKey}`) => {
      const claim = await ledger.claim(scopeOf(key), 'body-1', newAttempt(change))
      if (claim.kind !== 'claimed') throw new Error(`was ${claim.kind}`)
      return claim.attempt.id
    }
    const sent = async (change: Partial<NewAttempt> = {}, key?: string) => {
      const id = await claimed(change, key)
      await ledger.markSending(id, due, patExpiresAtMs)
      return id
    }
    /** An attempt that has come to stand here, by the ways that lead here. */
    const standing = async (status: AttemptStatus, change: Partial<NewAttempt> = {}, key?: string) => {
      if (status === 'claimed') return claimed(change, key)
      const id = await sent(change, key)
      if (status === 'sending') return id
      if (status === 'not_charged' || status === 'needs_review')
        await ledger.settle(id, { status: 'unknown' }, keepsNothing)
      await ledger.settle(id, { status }, keepsNothing)
      return id
    }
    const unknowns = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, index) => standing('unknown', { orderId: 200 + index })))

    beforeEach(async () => {
      opened = await open()
      nowMs = 1_000_000
      ledger = createPaymentAttempts(options())
      unsettled = createUnsettledAttempts(options())
    })
    afterEach(() => opened.close())

    test('are counted by status and age, for one store; those that have ended are not', async () => {
      const count = (change = {}) => createUnsettledAttempts({ ...options(), ...change }).count()
      expect(await count()).toEqual([])
      await standing('needs_review', { orderId: 1 })
      nowMs += 2 * day
      await standing('unknown', { orderId: 2 })
      nowMs += minute / 2
      await standing('unknown', { orderId: 3 })
      await standing('pending', { orderId: 4 })
      nowMs += minute / 2
      for (const [index, status] of ATTEMPT_STATUSES.entries()) {
        if (isFinal(status)) await standing(status, { orderId: 100 + index })
      }
      await unknowns(3)
      nowMs += minute / 2
      const counts = await count()
      expect(counts).toHaveLength(4)
      expect(counts).toEqual(
        expect.arrayContaining([
          { status: 'needs_review', age: 'older', count: 1, oldestMs: 2 * day + 1.5 * minute },
          { status: 'unknown', age: '10m', count: 1, oldestMs: 1.5 * minute },
          { status: 'unknown', age: '1m', count: 4, oldestMs: minute },
          { status: 'pending', age: '1m', count: 1, oldestMs: minute },
        ]),
      )
      expect(await count({ storeHash: 'store-2' })).toEqual([])
    })

    describe('a lease', () => {
      test('takes what is due: unknown and pending attempts, a moment after they became so', async () => {
        const unknown = await standing('unknown', { orderId: 1 })
        const pending = await standing('pending', { orderId: 2 })
        for (const status of [
          'claimed',
          'sending',
          'succeeded',
          'declined',
          'not_sent',
          'not_charged',
        ] as const)
          await standing(status, { orderId: 100 + lastKey })
        expect(await unsettled.lease(50)).toEqual([])
        nowMs += 2 * second
        expect(ids(await unsettled.lease(50))).toEqual([unknown, pending].sort())
      })

      test('shows the attempt as it stands', async () => {
        const id = await standing('unknown')
        nowMs += minute
        expect(await unsettled.lease(1)).toMatchObject([
          { id, status: 'unknown', amount: 6098, patExpiresAtMs, sentAtMs: 1_000_000, looks: 0, quiet: null },
        ])
      })

      test('takes none of another store', async () => {
        await standing('unknown')
        nowMs += minute
        const other = createUnsettledAttempts({ ...options(), storeHash: 'store-2' })
        expect(await other.lease(50)).toEqual([])
      })

      test('takes no more than it was asked for, the longest due first', async () => {
        const first = await standing('unknown', { orderId: 1 })
        nowMs += second
        await standing('unknown', { orderId: 2 })
        nowMs += minute
        expect(ids(await unsettled.lease(1))).toEqual([first])
        expect(await unsettled.lease(50)).toHaveLength(1)
      })

      test('keeps others out until it ends', async () => {
        const id = await standing('unknown')
        nowMs += minute
        expect(ids(await unsettled.lease(50))).toEqual([id])
        nowMs += minute - 1
        expect(await ofAnotherInstance().lease(50)).toEqual([])
        nowMs += 1
        expect(ids(await ofAnotherInstance().lease(50))).toEqual([id])
      })

      test('gives each of thirty attempts to one of four instances that ask at the same moment', async () => {
        const all = await unknowns(30)
        nowMs += minute
        const instances = [unsettled, ofAnotherInstance(), ofAnotherInstance(), ofAnotherInstance()]
        const leased: string[] = []
        for (let round = 0; round < 30 && leased.length < all.length; round++) {
          const taken = await Promise.all(instances.map((instance) => instance.lease(4)))
          leased.push(...taken.flat().map(({ id }) => id))
        }
        expect(leased.toSorted()).toEqual(all.toSorted())
        expect(await unsettled.lease(50)).toEqual([])
      })
    })

    describe('an attempt that is postponed', () => {
      test('is due again at that moment and not before, with what the look found', async () => {
        const id = await standing('unknown')
        nowMs += minute
        await unsettled.lease(1)
        await unsettled.postpone(id, nowMs + 10 * second, { looks: 2, sinceMs: nowMs })
        const quiet = { looks: 2, sinceMs: nowMs }
        nowMs += 10 * second - 1
        expect(await unsettled.lease(1)).toEqual([])
        nowMs += 1
        expect(await unsettled.lease(1)).toMatchObject([{ id, looks: 1, quiet }])
        await unsettled.postpone(id, nowMs, null)
        expect(await unsettled.lease(1)).toMatchObject([{ id, looks: 2, quiet: null }])
      })

      test('to no moment waits until something wakes it', async () => {
        const id = await standing('needs_review')
        await unsettled.postpone(id, null, null)
        nowMs += 365 * day
        expect(await unsettled.lease(50)).toEqual([])
        expect(await unsettled.wake(118)).toBe(1)
        expect(ids(await unsettled.lease(50))).toEqual([id])
      })

      test.each(['succeeded', 'declined', 'not_sent', 'not_charged'] as const)(
        'stays settled and gets no more looks once it is %s',
        async (status) => {
          const id = await standing(status)
          const before = await rowOf(id)
          await unsettled.postpone(id, nowMs, { looks: 9, sinceMs: nowMs })
          expect(await rowOf(id)).toEqual(before)
        },
      )
    })

    describe('an attempt that is put off', () => {
      test('is due again at that moment and not before, and the look does not count', async () => {
        const id = await standing('unknown')
        nowMs += minute
        await unsettled.lease(1)
        await unsettled.postpone(id, nowMs, { looks: 2, sinceMs: nowMs })
        const [before] = await unsettled.lease(1)
        await unsettled.putOff(id, nowMs + 10 * second)
        nowMs += 10 * second - 1
        expect(await unsettled.lease(1)).toEqual([])
        nowMs += 1
        expect(await unsettled.lease(1)).toEqual([before])
      })

      test('can be woken earlier', async () => {
        const id = await standing('unknown')
        await unsettled.lease(1)
        await unsettled.putOff(id, nowMs + minute)
        expect(await unsettled.wake(118)).toBe(1)
        expect(ids(await unsettled.lease(1))).toEqual([id])
      })

      test.each(['succeeded', 'declined', 'not_sent', 'not_charged'] as const)(
        'stays settled once it is %s',
        async (status) => {
          const id = await standing(status)
          const before = await rowOf(id)
          await unsettled.putOff(id, nowMs)
          expect(await rowOf(id)).toEqual(before)
        },
      )
    })

    describe('waking', () => {
      test('makes the unsettled attempt of an order due at once, and no other', async () => {
        const id = await standing('unknown', { orderId: 1 })
        await standing('unknown', { orderId: 2 })
        expect(await unsettled.wake(1)).toBe(1)
        expect(ids(await unsettled.lease(50))).toEqual([id])
      })

      test('tells how many it woke', async () => {
        expect(await unsettled.wake(118)).toBe(0)
        await standing('succeeded', { orderId: 1 })
        expect(await unsettled.wake(1)).toBe(0)
        for (const [index, status] of (['unknown', 'pending', 'needs_review'] as const).entries()) {
          await standing(status, { orderId: 10 + index })
          expect(await unsettled.wake(10 + index), status).toBe(1)
        }
      })

      test('again and again gives an attempt one look a second at most', async () => {
        const id = await standing('unknown')
        await unsettled.wake(118)
        await unsettled.lease(1)
        await unsettled.postpone(id, nowMs + minute, null)
        for (let asked = 0; asked < 5; asked++) await unsettled.wake(118)
        expect(await unsettled.lease(1)).toEqual([])
        nowMs += second - 1
        expect(await unsettled.lease(1)).toEqual([])
        nowMs += 1
        expect(ids(await unsettled.lease(1))).toEqual([id])
      })

      test('does not delay what is already due', async () => {
        const id = await standing('unknown')
        await unsettled.postpone(id, nowMs, null)
        await unsettled.wake(118)
        expect(ids(await unsettled.lease(1))).toEqual([id])
      })

      test('does not end a lease', async () => {
        await standing('unknown')
        nowMs += minute
        await unsettled.lease(1)
        await unsettled.wake(118)
        expect(await ofAnotherInstance().lease(1)).toEqual([])
      })
    })

    test('prior outcomes are those of the same order: by the same method, and of all the parts that were paid', async () => {
      await standing('declined')
      await standing('declined')
      await standing('not_charged')
      await standing('succeeded', { instrumentType: 'gift_certificate' })
      await standing('succeeded', {
        instrumentType: 'store_credit',
        paymentMethodId: 'bigcommerce.store_credit',
      })
      await standing('declined', { orderId: 119 })
      const id = await standing('unknown')
      nowMs += minute
      const [attempt] = await unsettled.lease(1)
      expect(attempt?.id).toBe(id)
      expect(attempt && (await unsettled.priorOutcomes(attempt))).toEqual({
        succeeded: 1,
        declined: 2,
        parts: 2,
        failedLater: 1,
      })
    })

    test('prior outcomes tell failures that were answered at once from those that became known later', async () => {
      await standing('declined')
      const pending = await standing('pending')
      await ledger.settle(pending, { status: 'declined' }, keepsNothing)
      const abandoned = await standing('sending')
      nowMs += 75 * second
      await unsettled.recoverAbandoned({ claimedMs: 30 * second, sendingMs: 75 * second })
      await ledger.settle(abandoned, { status: 'declined' }, keepsNothing)
      await standing('not_charged')
      await standing('unknown')
      nowMs += minute
      const [attempt] = await unsettled.lease(1)
      expect(attempt && (await unsettled.priorOutcomes(attempt))).toMatchObject({
        declined: 3,
        failedLater: 3,
      })
    })

    describe('recovery', () => {
      const stillFor = { claimedMs: 30 * second, sendingMs: 75 * second }

      test('leaves alone what an instance may still be working on', async () => {
        await standing('claimed', { orderId: 1 })
        await standing('sending', { orderId: 2 })
        nowMs += 30 * second - 1
        expect(await unsettled.recoverAbandoned(stillFor)).toEqual({ released: 0, unknown: 0 })
        nowMs += 1
        expect(await unsettled.recoverAbandoned(stillFor)).toEqual({ released: 1, unknown: 0 })
        nowMs += 45 * second - 1
        expect(await unsettled.recoverAbandoned(stillFor)).toEqual({ released: 0, unknown: 0 })
        nowMs += 1
        expect(await unsettled.recoverAbandoned(stillFor)).toEqual({ released: 0, unknown: 1 })
      })

      test('leaves alone what has ended, what waits for a look, and what belongs to another store', async () => {
        for (const status of [
          'succeeded',
          'declined',
          'not_charged',
          'unknown',
          'pending',
          'needs_review',
        ] as const)
          await standing(status, { orderId: 100 + lastKey })
        await createPaymentAttempts({ ...options(), storeHash: 'store-2' }).claim(
          scopeOf('other'),
          'body-1',
          newAttempt(),
        )
        nowMs += day
        expect(await unsettled.recoverAbandoned(stillFor)).toEqual({ released: 0, unknown: 0 })
      })

      test('frees the order and the key of a claimed attempt, which its instance may not send any more', async () => {
        const id = await claimed({}, 'k1')
        nowMs += minute
        await unsettled.recoverAbandoned(stillFor)
        expect(await ledger.markSending(id, due, patExpiresAtMs)).toBe(false)
        expect((await rowOf(id)).status).toBe('not_sent')
        expect(await claimed({}, 'k1')).not.toBe(id)
      })

      test('keeps the order of an attempt that was being sent, and makes it due for a look at once', async () => {
        const id = await sent()
        nowMs += 2 * minute
        await unsettled.recoverAbandoned(stillFor)
        expect(await ledger.findFence(118)).toMatchObject({ id, status: 'unknown' })
        expect(await ledger.markSending(id, due, patExpiresAtMs)).toBe(false)
        expect(ids(await unsettled.lease(1))).toEqual([id])
      })

      test.each(['succeeded', 'declined', 'pending'] as const)(
        'gives way to the answer of an instance that is alive after all: %s',
        async (status) => {
          const id = await sent()
          nowMs += 2 * minute
          await unsettled.recoverAbandoned(stillFor)
          expect((await ledger.settle(id, { status }, keepsNothing)).status).toBe(status)
        },
      )

      test('by several instances at once ends each attempt once, while others send and settle', async () => {
        const claims = await Promise.all(
          Array.from({ length: 20 }, (_, index) => claimed({ orderId: 200 + index })),
        )
        nowMs += minute
        const instances = [unsettled, ofAnotherInstance(), ofAnotherInstance()]
        const [marked, recovered] = await Promise.all([
          Promise.all(claims.map((id) => ledger.markSending(id, due, patExpiresAtMs))),
          Promise.all(instances.map((instance) => instance.recoverAbandoned(stillFor))),
        ])
        const released = recovered.reduce((sum, one) => sum + one.released, 0)
        // Each was either sent or released, never both.
        expect(released + marked.filter(Boolean).length).toBe(20)
      })
    })

    describe('forgetting old keys', () => {
      const keys = async () =>
        (await opened.database.selectFrom('idempotency_keys').select('idempotency_key').execute())
          .map(({ idempotency_key: key }) => key)
          .sort()

      test('takes those whose payments have ended, and leaves the attempts', async () => {
        const ended = ['succeeded', 'declined', 'not_sent', 'not_charged'] as const
        const open = ['claimed', 'sending', 'unknown', 'pending', 'needs_review'] as const
        for (const [index, status] of [...ended, ...open].entries())
          await standing(status, { orderId: 1 + index }, status)
        expect(await unsettled.deleteKeysBefore(nowMs)).toBe(0)
        nowMs += 30 * day
        expect(await unsettled.deleteKeysBefore(nowMs)).toBe(4)
        expect(await keys()).toEqual([...open].sort())
        expect(await opened.database.selectFrom('payment_attempts').select('id').execute()).toHaveLength(9)
        expect(await ledger.findFence(1)).toMatchObject({ status: 'succeeded' })
        expect(await ledger.claim(scopeOf('succeeded'), 'body-1', newAttempt({ orderId: 1 }))).toMatchObject({
          kind: 'fenced',
        })
      })

      test('takes no younger ones, and none of another store', async () => {
        await standing('succeeded', { orderId: 1 }, 'old')
        nowMs += day
        await standing('succeeded', { orderId: 2 }, 'young')
        const other = createUnsettledAttempts({ ...options(), storeHash: 'store-2' })
        expect(await other.deleteKeysBefore(nowMs)).toBe(0)
        expect(await unsettled.deleteKeysBefore(nowMs)).toBe(1)
        expect(await keys()).toEqual(['young'])
      })
    })

    test('without the database every method fails with one word', async () => {
      await standing('unknown')
      nowMs += minute
      const [attempt] = await unsettled.lease(1)
      if (!attempt) throw new Error('nothing was due')
      const broken = await open()
      unsettled = createUnsettledAttempts({ ...options(), database: broken.database })
      // What was never used has nothing to close.
      await broken.database.selectFrom('payment_attempts').select('id').execute()
      await broken.close()
      const works = [
        () => unsettled.lease(1),
        () => unsettled.postpone(attempt.id, nowMs, null),
        () => unsettled.putOff(attempt.id, nowMs),
        () => unsettled.wake(118),
        () => unsettled.priorOutcomes(attempt),
        () => unsettled.recoverAbandoned({ claimedMs: 0, sendingMs: 0 }),
        () => unsettled.deleteKeysBefore(nowMs),
      ]
      for (const work of works) {
        const error = await work().then(
          () => 'no error',
          (thrown: unknown) => thrown,
        )
        expect(error).toBeInstanceOf(Problem)
        expect(error).toMatchObject({ code: 'store_unavailable' })
      }
    })
  })
}
