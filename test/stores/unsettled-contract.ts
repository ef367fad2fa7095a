import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  ATTEMPT_STATUSES,
  type AttemptStatus,
  isFinal,
  type NewAttempt,
  type PaymentAttempt,
  type QuietLooks,
} from '../../src/domain/payment-attempt.ts'
import { Problem } from '../../src/domain/problem.ts'
import type { Weighed } from '../../src/stores/conclude-look.ts'
import { createPaymentAttempts, type PaymentAttempts } from '../../src/stores/payment-attempts.ts'
import { createUnsettledAttempts, type UnsettledAttempts } from '../../src/stores/unsettled-attempts.ts'
import type { WriteEvents } from '../../src/stores/write-events.ts'
import type { Engine, OpenedLedger } from './engines.ts'
import { newAttempt, nothingFound, scopeOf, sendingOf } from './wanted-attempts.ts'

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
      await ledger.markSending(id, sendingOf(due, patExpiresAtMs))
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
    /** Gives a leased attempt back after a look that changed nothing. */
    const postpone = (id: string, nextLookAtMs: number | null, quiet: QuietLooks | null) =>
      unsettled.conclude(id, () => ({ ...nothingFound, nextLookAtMs, quiet }), keepsNothing, nowMs)
    /** A look of two seconds; meanwhile a client asks for one, or BigCommerce tells of news. */
    const lookWhile = async (asks: 'client' | 'news', id: string, found: Partial<Weighed>) => {
      expect(ids(await unsettled.lease(1))).toEqual([id])
      const lookedFromMs = nowMs
      nowMs += 2 * second
      await unsettled.wake(118, asks === 'news')
      await unsettled.conclude(id, () => ({ ...nothingFound, ...found }), keepsNothing, lookedFromMs)
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

    test('orders with a charge that no payment accounts for are counted by age, for one store, until a look sees none', async () => {
      const count = (change = {}) => createUnsettledAttempts({ ...options(), ...change }).countUnaccounted()
      const show = async (orderId: number, isUnaccounted: boolean) =>
        unsettled.conclude(
          (await ledger.findByOrder(orderId))[0]?.id ?? (await standing('unknown', { orderId })),
          () => ({ ...nothingFound, nextLookAtMs: null, isUnaccounted }),
          keepsNothing,
          nowMs,
        )
      expect(await count()).toEqual([])
      await show(1, true)
      nowMs += 2 * day
      await show(2, true)
      await show(3, true)
      // It counts from when it was first seen.
      await show(1, true)
      expect(await count()).toEqual(
        expect.arrayContaining([
          { age: 'older', count: 1 },
          { age: '1m', count: 2 },
        ]),
      )
      await show(1, false)
      expect(await count()).toEqual([{ age: '1m', count: 2 }])
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
        nowMs += 20 * second - 1
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
        await postpone(id, nowMs + 10 * second, { looks: 2, sinceMs: nowMs })
        const quiet = { looks: 2, sinceMs: nowMs }
        nowMs += 10 * second - 1
        expect(await unsettled.lease(1)).toEqual([])
        nowMs += 1
        expect(await unsettled.lease(1)).toMatchObject([{ id, looks: 1, quiet }])
        await postpone(id, nowMs, null)
        expect(await unsettled.lease(1)).toMatchObject([{ id, looks: 2, quiet: null }])
      })

      test('to no moment waits until something wakes it', async () => {
        const id = await standing('needs_review')
        await postpone(id, null, null)
        nowMs += 365 * day
        expect(await unsettled.lease(50)).toEqual([])
        expect(await unsettled.wake(118, false)).toBe(1)
        expect(ids(await unsettled.lease(50))).toEqual([id])
      })

      test.each(['succeeded', 'declined', 'not_sent', 'not_charged'] as const)(
        'stays settled and gets no more looks once it is %s',
        async (status) => {
          const id = await standing(status)
          await postpone(id, nowMs, { looks: 9, sinceMs: nowMs })
          expect(await rowOf(id)).toMatchObject({ status, next_look_at_ms: null })
          expect(await unsettled.lease(50)).toEqual([])
        },
      )
    })

    describe('an attempt that is put off', () => {
      test('is due again at that moment and not before, and the look does not count', async () => {
        const id = await standing('unknown')
        nowMs += minute
        await unsettled.lease(1)
        await postpone(id, nowMs, { looks: 2, sinceMs: nowMs })
        const [before] = await unsettled.lease(1)
        await unsettled.putOff(id, nowMs + 10 * second)
        nowMs += 10 * second - 1
        expect(await unsettled.lease(1)).toEqual([])
        nowMs += 1
        expect(await unsettled.lease(1)).toEqual([{ ...before, nextLookAtMs: nowMs }])
      })

      test('can be woken earlier', async () => {
        const id = await standing('unknown')
        await unsettled.lease(1)
        await unsettled.putOff(id, nowMs + minute)
        expect(await unsettled.wake(118, false)).toBe(1)
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
        expect(await unsettled.wake(1, false)).toBe(1)
        expect(ids(await unsettled.lease(50))).toEqual([id])
      })

      test('tells how many it woke', async () => {
        expect(await unsettled.wake(118, false)).toBe(0)
        await standing('succeeded', { orderId: 1 })
        expect(await unsettled.wake(1, false)).toBe(0)
        for (const [index, status] of (['unknown', 'pending', 'needs_review'] as const).entries()) {
          await standing(status, { orderId: 10 + index })
          expect(await unsettled.wake(10 + index, false), status).toBe(1)
        }
      })

      test('again and again gives an attempt one look a second at most', async () => {
        const id = await standing('unknown')
        await unsettled.wake(118, false)
        await unsettled.lease(1)
        await postpone(id, nowMs + minute, null)
        for (let asked = 0; asked < 5; asked++) await unsettled.wake(118, false)
        expect(await unsettled.lease(1)).toEqual([])
        nowMs += second - 1
        expect(await unsettled.lease(1)).toEqual([])
        nowMs += 1
        expect(ids(await unsettled.lease(1))).toEqual([id])
      })

      test('does not delay what is already due', async () => {
        const id = await standing('unknown')
        await postpone(id, nowMs, null)
        await unsettled.wake(118, false)
        expect(ids(await unsettled.lease(1))).toEqual([id])
      })

      test('does not end a lease', async () => {
        await standing('unknown')
        nowMs += minute
        await unsettled.lease(1)
        await unsettled.wake(118, false)
        expect(await ofAnotherInstance().lease(1)).toEqual([])
      })
    })

    describe('a conclusion', () => {
      const judged = async (id: string, change: Partial<Weighed>) => {
        let given: readonly [PaymentAttempt, readonly PaymentAttempt[]] | null = null
        const concluded = await unsettled.conclude(
          id,
          (attempt, others) => {
            given = [attempt, others]
            return { ...nothingFound, ...change }
          },
          keepsNothing,
          nowMs,
        )
        if (!given) throw new Error('was not asked')
        const [attempt, others] = given as readonly [PaymentAttempt, readonly PaymentAttempt[]]
        return { concluded, attempt, others }
      }

      test('is drawn from the attempt and the others on its order as they stand then', async () => {
        const declined = await standing('declined')
        const part = await standing('succeeded', { instrumentType: 'gift_certificate' })
        await standing('declined', { orderId: 119 })
        const id = await standing('unknown')
        const { attempt, others } = await judged(id, {})
        expect(attempt).toMatchObject({ id, status: 'unknown', holdsOrder: true, unsettledSinceMs: nowMs })
        expect(ids(others)).toEqual([declined, part].sort())
      })

      test('writes the end, and frees the order', async () => {
        const id = await standing('unknown')
        const { concluded } = await judged(id, {
          end: { status: 'not_charged', problemCode: 'payment_not_charged' },
        })
        expect(concluded.before.status).toBe('unknown')
        expect(concluded.after).toMatchObject({ status: 'not_charged', holdsOrder: false, endedAtMs: nowMs })
        expect(await ledger.findFence(118)).toBeNull()
      })

      test('does not use the schedule up when it was asked for', async () => {
        const id = await standing('unknown')
        await judged(id, { countsAsScheduled: false, nextLookAtMs: nowMs + minute })
        expect(await rowOf(id)).toMatchObject({ looks: 0, next_look_at_ms: nowMs + minute })
      })

      test('keeps a look that was asked for while it was being drawn', async () => {
        const id = await standing('unknown')
        await unsettled.wake(118, false)
        await lookWhile('news', id, {})
        nowMs += 2 * second
        expect(ids(await unsettled.lease(1))).toEqual([id])
        await unsettled.conclude(id, () => nothingFound, keepsNothing, nowMs)
        nowMs += minute
        expect(await unsettled.lease(1)).toEqual([])
      })

      test.each(['declined', 'needs_review'] as const)(
        'that ends it keeps one too, as it comes to be %s',
        async (status) => {
          const id = await standing('unknown')
          nowMs += 2 * second
          await lookWhile('news', id, { end: { status } })
          nowMs += 2 * second
          expect(ids(await unsettled.lease(1))).toEqual([id])
        },
      )

      test('writes a late charge although another attempt holds the order, and what is not sent yet is stopped', async () => {
        const late = await standing('not_charged')
        const alive = await claimed()
        const { concluded } = await judged(late, {
          end: { status: 'succeeded', transactionType: 'purchase' },
        })
        expect(concluded.after.status).toBe('succeeded')
        expect(await rowOf(alive)).toMatchObject({ status: 'not_sent', holds_order: null })
        expect(await ledger.markSending(alive, sendingOf(due, patExpiresAtMs))).toBe('not_ours')
        expect(await ledger.findFence(118)).toMatchObject({ id: late })
      })

      test('lets a late charge close the order when the attempt that holds it has ended', async () => {
        const late = await standing('not_charged')
        const alive = await sent()
        const { concluded } = await judged(late, { end: { status: 'succeeded' } })
        expect(concluded.after).toMatchObject({ status: 'succeeded', holdsOrder: false })
        expect(await ledger.findFence(118)).toMatchObject({ id: alive })
        await ledger.settle(alive, { status: 'declined' }, keepsNothing)
        expect(await ledger.findFence(118)).toMatchObject({ id: late })
        expect(await ledger.claim(scopeOf('again'), 'body-1', newAttempt())).toMatchObject({ kind: 'fenced' })
      })

      test('never takes a success back, nor corrects an end that was never in doubt', async () => {
        const paid = await standing('succeeded', { orderId: 1 })
        const refused = await standing('declined', { orderId: 2 })
        expect((await judged(paid, { end: { status: 'declined' } })).concluded.after.status).toBe('succeeded')
        expect((await judged(refused, { end: { status: 'succeeded' } })).concluded.after.status).toBe(
          'declined',
        )
      })

      test('closes the order while a charge shows that no payment accounts for', async () => {
        const id = await standing('declined')
        await judged(id, { isUnaccounted: true })
        const claim = () => ledger.claim(scopeOf('next'), 'body-1', newAttempt())
        expect(await claim()).toEqual({ kind: 'charged_otherwise' })
        await judged(id, { isUnaccounted: null })
        expect(await claim()).toEqual({ kind: 'charged_otherwise' })
        await judged(id, { isUnaccounted: false })
        expect(await claim()).toMatchObject({ kind: 'claimed' })
      })
    })

    describe('the watch over ended attempts', () => {
      test.each([[null], [day]])(
        'keeps a webhook that comes during a look, next planned in %s ms',
        async (inMs) => {
          const id = await standing('not_charged')
          nowMs += day
          const nextWatchAtMs = inMs === null ? null : nowMs + 2 * second + inMs
          await lookWhile('news', id, { nextWatchAtMs })
          expect(ids(await unsettled.lease(1))).toEqual([id])
          await unsettled.conclude(id, () => ({ ...nothingFound, nextWatchAtMs }), keepsNothing, nowMs)
          nowMs += minute
          expect(await unsettled.lease(1)).toEqual([])
        },
      )

      test('is brought forward where a charge of others refuses a payment, and looks once a minute', async () => {
        await standing('declined')
        nowMs += second
        const latest = await standing('declined')
        await standing('declined', { orderId: 119 })
        const closing = { ...nothingFound, isUnaccounted: true }
        const look = (id: string) => unsettled.conclude(id, () => closing, keepsNothing, nowMs)
        const refused = () => ledger.claim(scopeOf(`key-${++lastKey}`), 'body-1', newAttempt())
        await look(latest)
        nowMs += minute - 1
        expect(await refused()).toEqual({ kind: 'charged_otherwise' })
        expect(await unsettled.lease(9)).toEqual([])
        nowMs += 1
        for (let asked = 0; asked < 3; asked++) await refused()
        expect(ids(await unsettled.lease(9))).toEqual([latest])
        await refused()
        expect(await unsettled.lease(9)).toEqual([])
        await look(latest)
        await refused()
        nowMs += 40 * day
        expect(await unsettled.lease(9)).toEqual([])
        await refused()
        expect(ids(await unsettled.lease(9))).toEqual([latest])
      })

      test('leases them behind everything else, an hour after an end in doubt', async () => {
        const ended = await standing('not_charged', { orderId: 1 })
        await standing('declined', { orderId: 2 })
        nowMs += 60 * minute
        const due = await standing('unknown', { orderId: 3 })
        nowMs += minute
        expect(ids(await unsettled.lease(1))).toEqual([due])
        expect(ids(await unsettled.lease(9))).toEqual([ended])
      })

      test('is planned as ever where a client asks during the look that ends it, and not where nothing was sent', async () => {
        const id = await standing('unknown')
        nowMs += 2 * second
        await lookWhile('client', id, { end: { status: 'not_charged', problemCode: 'payment_not_charged' } })
        expect(await rowOf(id)).toMatchObject({ next_watch_at_ms: nowMs + 60 * minute, asked_at_ms: null })
        const unsent = await standing('unknown', { orderId: 119 })
        await unsettled.wake(119, true)
        await ledger.settle(unsent, { status: 'not_sent', isProvenUnsent: true }, keepsNothing)
        expect(await rowOf(unsent)).toMatchObject({ next_watch_at_ms: null, asked_at_ms: null })
      })

      test('keeps a webhook that comes during the look that corrects an end', async () => {
        const id = await standing('not_charged')
        nowMs += 60 * minute
        await lookWhile('news', id, { end: { status: 'succeeded' } })
        nowMs += second
        expect(ids(await unsettled.lease(1))).toEqual([id])
      })

      test('looks once a second at most, however many webhooks come', async () => {
        await standing('not_charged')
        let looks = 0
        for (let passed = 0; passed < 2 * second; passed += 100) {
          nowMs += 100
          await unsettled.wake(118, true)
          for (const { id } of await unsettled.lease(1)) {
            looks++
            await unsettled.conclude(id, () => nothingFound, keepsNothing, nowMs)
          }
        }
        expect(looks).toBeLessThanOrEqual(3)
        expect(looks).toBeGreaterThan(1)
      })

      test('is woken by news, not by a client that asks', async () => {
        const ended = await standing('not_charged')
        await unsettled.wake(118, false)
        expect(await unsettled.lease(1)).toEqual([])
        await unsettled.wake(118, true)
        expect(ids(await unsettled.lease(1))).toEqual([ended])
      })

      test('takes news within ten minutes of an end without doubt for news of that end', async () => {
        const paid = await standing('succeeded')
        await unsettled.wake(118, true)
        expect(await unsettled.lease(1)).toEqual([])
        nowMs += 11 * minute
        await unsettled.wake(118, true)
        expect(ids(await unsettled.lease(1))).toEqual([paid])
      })

      test('ends after thirty days', async () => {
        await standing('succeeded')
        nowMs += 31 * day
        await unsettled.wake(118, true)
        expect(await unsettled.lease(1)).toEqual([])
      })
    })

    test('what was asked for is leased before what is merely due', async () => {
      await standing('unknown', { orderId: 1 })
      await standing('unknown', { orderId: 2 })
      nowMs += minute
      const asked = await standing('unknown', { orderId: 3 })
      await unsettled.wake(3, false)
      expect(ids(await unsettled.lease(1))).toEqual([asked])
    })

    describe('recovery', () => {
      const stillFor = { claimedMs: 30 * second, sendingMs: 75 * second }
      const recovered = async () => {
        const { released, unknown } = await unsettled.recoverAbandoned(stillFor)
        return [released.length, unknown.length]
      }

      test('leaves alone what an instance may still be working on', async () => {
        await standing('claimed', { orderId: 1 })
        await standing('sending', { orderId: 2 })
        nowMs += 30 * second - 1
        expect(await recovered()).toEqual([0, 0])
        nowMs += 1
        expect(await recovered()).toEqual([1, 0])
        nowMs += 45 * second - 1
        expect(await recovered()).toEqual([0, 0])
        nowMs += 1
        expect(await recovered()).toEqual([0, 1])
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
        expect(await recovered()).toEqual([0, 0])
      })

      test('leaves an order closed that was paid while the attempt it ends held the order', async () => {
        const late = await standing('not_charged')
        await claimed()
        await ledger.settle(late, { status: 'succeeded' }, keepsNothing)
        nowMs += minute
        expect((await unsettled.recoverAbandoned(stillFor)).released).toHaveLength(1)
        expect(await ledger.claim(scopeOf('again'), 'body-1', newAttempt())).toMatchObject({
          kind: 'fenced',
          by: { id: late },
        })
      })

      test('frees the order and the key of a claimed attempt, which its instance may not send any more', async () => {
        const id = await claimed({}, 'k1')
        nowMs += minute
        await unsettled.recoverAbandoned(stillFor)
        expect(await ledger.markSending(id, sendingOf(due, patExpiresAtMs))).toBe('not_ours')
        expect((await rowOf(id)).status).toBe('not_sent')
        expect(await claimed({}, 'k1')).not.toBe(id)
      })

      test('ends all others where one cannot be ended', async () => {
        const bad = await sent({ orderId: 1 })
        const good = [await sent({ orderId: 2 }), await sent({ orderId: 3 })]
        await claimed({ orderId: 4 })
        nowMs += 2 * minute
        const cause = new Error('no event of this one')
        const writeEvents: WriteEvents = {
          async ofStep(_, { after }) {
            if (after.id === bad) throw cause
          },
          async ofTellings() {},
        }
        const failing = createUnsettledAttempts({ ...options(), writeEvents })
        const first = await failing.recoverAbandoned(stillFor)
        expect([first.released.length, ids(first.unknown.map((one) => ({ id: one.paymentId })))]).toEqual([
          1,
          good.toSorted(),
        ])
        expect(first.failure).toBe(cause)
        expect(await failing.recoverAbandoned(stillFor)).toEqual({
          released: [],
          unknown: [],
          failure: cause,
        })
        expect((await rowOf(bad)).status).toBe('sending')
        expect(await recovered()).toEqual([0, 1])
      })

      test('keeps the order of an attempt that was being sent, and makes it due for a look at once', async () => {
        const id = await sent()
        nowMs += 2 * minute
        await unsettled.recoverAbandoned(stillFor)
        expect(await ledger.findFence(118)).toMatchObject({ id, status: 'unknown' })
        expect(await ledger.markSending(id, sendingOf(due, patExpiresAtMs))).toBe('not_ours')
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
          Promise.all(claims.map((id) => ledger.markSending(id, sendingOf(due, patExpiresAtMs)))),
          Promise.all(instances.map((instance) => instance.recoverAbandoned(stillFor))),
        ])
        const released = recovered.reduce((sum, one) => sum + one.released.length, 0)
        // Each was either sent or released, never both.
        expect(released + marked.filter((one) => one === 'sending').length).toBe(20)
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
        () => postpone(attempt.id, nowMs, null),
        () => unsettled.putOff(attempt.id, nowMs),
        () => unsettled.wake(118, false),
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
