import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPaymentAttempts, type PaymentAttempts } from '../../src/stores/payment-attempts.ts'
import { createUnsettledAttempts } from '../../src/stores/unsettled-attempts.ts'
import { createVelocityHolds, type VelocityHolds } from '../../src/stores/velocity-holds.ts'
import type { Engine, OpenedLedger } from './engines.ts'
import { newAttempt, scopeOf, sendingOf } from './wanted-attempts.ts'

const windowMs = 3_600_000
const due = { amount: 6098, currency: 'USD' }
const caller = { key: 'caller', declinesMax: 2 }
const address = { key: 'address', declinesMax: 3 }
const reserved = { kind: 'reserved' }
const declined = { status: 'declined', problemCode: 'payment_declined' } as const

/** What the limits against card testing promise, whichever database they are kept in. */
export function describeVelocity({ name, open }: Engine): void {
  describe(`the limits against card testing on ${name}`, () => {
    let opened: OpenedLedger
    let nowMs: number
    let holds: VelocityHolds
    let attempts: PaymentAttempts
    let last = 0

    beforeEach(async () => {
      opened = await open()
      nowMs = 1_000_000
      const { database } = opened
      holds = createVelocityHolds({ database, windowMs, now: () => nowMs })
      attempts = createPaymentAttempts({
        database,
        storeHash: 'store-1',
        now: () => nowMs,
        failures: { failuresMax: 2, windowMs },
      })
    })
    afterEach(() => opened.close())

    /** An attempt that has reserved and stands in the ledger as sending. */
    async function sending(orderId: number, ...subjects: (typeof caller)[]) {
      const wanted = newAttempt({ orderId })
      if (subjects.length > 0) expect(await holds.reserve(wanted.id, subjects)).toEqual(reserved)
      const claim = await attempts.claim(scopeOf(`key-${++last}`), 'body', wanted)
      if (claim.kind !== 'claimed') return claim
      await attempts.markSending(wanted.id, sendingOf(due, nowMs + 3_600_000))
      return { kind: 'sending' as const, id: wanted.id }
    }
    async function ended(settlement: Parameters<PaymentAttempts['settle']>[1], orderId = ++last + 1_000) {
      const attempt = await sending(orderId, caller)
      if (attempt.kind !== 'sending') return attempt
      await attempts.settle(attempt.id, settlement, () => null)
      return attempt
    }
    const reserve = (id: string, ...subjects: (typeof caller)[]) => holds.reserve(id, subjects)

    test('there are so many places and no more', async () => {
      expect(await reserve('a', caller)).toEqual(reserved)
      expect(await reserve('b', caller)).toEqual(reserved)
      expect(await reserve('c', caller)).toEqual({ kind: 'busy', key: 'caller', freeInMs: 10_000 })
    })

    test('an attempt takes a place in all allowances or in none', async () => {
      await reserve('a', caller)
      await reserve('b', caller)
      expect((await reserve('c', caller, address)).kind).toBe('busy')
      for (const id of ['d', 'e', 'f']) expect(await reserve(id, address)).toEqual(reserved)
      expect((await reserve('g', address)).kind).toBe('busy')
    })

    test('a burst at one moment gets no more than that', async () => {
      // Two connections to one SQLite file in one thread would wait for each other for ever.
      const database = name === 'Postgres' ? opened.connect() : opened.database
      const other = createVelocityHolds({ database, windowMs, now: () => nowMs })
      const burst = Array.from({ length: 60 }, (_, index) =>
        (index % 2 ? holds : other).reserve(`burst-${index}`, [caller, address]),
      )
      const kinds = (await Promise.all(burst)).map(({ kind }) => kind)
      expect(kinds.filter((kind) => kind === 'reserved')).toHaveLength(2)
    })

    test('a place that is given back is free again', async () => {
      await reserve('a', caller)
      await reserve('b', caller)
      await holds.release('a')
      expect(await reserve('c', caller)).toEqual(reserved)
    })

    test.each([
      { status: 'succeeded' },
      { status: 'not_sent', problemCode: 'upstream_unavailable' },
      { status: 'declined', problemCode: 'merchant_configuration' },
    ] as const)('an attempt that ends as $status $problemCode gives its place back', async (settlement) => {
      for (const _ of [1, 2, 3]) await ended(settlement)
      expect(await reserve('next', caller)).toEqual(reserved)
    })

    test('a decline keeps its place until its window is over, and the caller is told how long that is', async () => {
      await ended(declined)
      nowMs += 60_000
      await ended(declined)
      nowMs += 1_500
      expect(await reserve('next', caller)).toEqual({ kind: 'blocked', retryAfterSeconds: 3_539 })
      nowMs += 3_538_499
      expect((await reserve('next', caller)).kind).toBe('blocked')
      nowMs += 1
      expect(await reserve('next', caller)).toEqual(reserved)
      expect((await reserve('another', caller)).kind).toBe('busy')
    })

    test('an attempt that is not answered for long is not taken for a decline, but five times as many are the most', async () => {
      const first = await sending(201, caller)
      for (const orderId of [202, 203, 204, 205, 206, 207, 208, 209, 210]) {
        if (orderId % 2 === 1) nowMs += 10_000
        await sending(orderId, caller)
      }
      nowMs += 1_000
      expect(await reserve('next', caller)).toEqual({ kind: 'busy', key: 'caller', freeInMs: 79_000 })
      await attempts.settle(first.kind === 'sending' ? first.id : '', { status: 'succeeded' }, () => null)
      expect(await reserve('next', caller)).toEqual({ kind: 'busy', key: 'caller', freeInMs: 9_000 })
      nowMs += 9_000
      expect(await reserve('next', caller)).toEqual(reserved)
    })

    test('an attempt that is being prepared is waited for; one that a crash left there is not for long', async () => {
      await reserve('a', caller)
      await reserve('b', caller)
      nowMs += 39_999
      expect((await reserve('next', caller)).kind).toBe('busy')
      nowMs += 1
      expect(await reserve('next', caller)).toEqual(reserved)
    })

    test('with each decline there is one place less for those that run', async () => {
      await ended(declined)
      expect(await reserve('a', caller)).toEqual(reserved)
      expect((await reserve('b', caller)).kind).toBe('busy')
    })

    test('an unknown attempt takes no place, and does once it is known to have been declined', async () => {
      const unknown = []
      for (const _ of [1, 2, 3, 4]) unknown.push(await ended({ status: 'unknown' }))
      expect(await reserve('next', caller)).toEqual(reserved)
      await holds.release('next')
      for (const attempt of unknown.slice(0, 2)) {
        if (attempt.kind !== 'sending') throw new Error('was not sent')
        await attempts.settle(attempt.id, declined, () => null)
      }
      expect(await reserve('next', caller)).toEqual({ kind: 'blocked', retryAfterSeconds: 3_600 })
    })

    test('of several allowances that are full, one that is used up by declines is named, with the longest wait', async () => {
      const other = { key: 'other', declinesMax: 1 }
      await reserve('a', other)
      await ended(declined)
      nowMs += 60_000
      await ended(declined)
      expect(await reserve('next', other, caller)).toEqual({ kind: 'blocked', retryAfterSeconds: 3_540 })
    })

    test('a clock that is set back holds no one up until it has caught up', async () => {
      await reserve('a', caller)
      await reserve('b', caller)
      nowMs -= 600_000
      expect(await reserve('next', caller)).toEqual(reserved)
    })

    test('recovery gives back what a crash left, and the end of the window does too', async () => {
      const { database } = opened
      const unsettled = createUnsettledAttempts({ database, storeHash: 'store-1', now: () => nowMs })
      const claimed = newAttempt({ orderId: 900 })
      await reserve(claimed.id, caller)
      await attempts.claim(scopeOf('crashed'), 'body', claimed)
      const sent = await sending(901, caller)
      nowMs += 2_000
      expect((await reserve('next', caller)).kind).toBe('busy')
      await unsettled.recoverAbandoned({ claimedMs: 2_000, sendingMs: 2_000 })
      expect(await reserve('next', caller)).toEqual(reserved)
      expect(await reserve('another', caller)).toEqual(reserved)
      if (sent.kind !== 'sending') throw new Error('was not sent')
      expect((await attempts.findByOrder(901))[0]?.status).toBe('unknown')
      nowMs += windowMs
      expect(await holds.deleteExpired()).toBe(3)
    })

    describe('on one order', () => {
      const onOrder = async (settlement: Parameters<PaymentAttempts['settle']>[1]) => {
        const attempt = await sending(118)
        if (attempt.kind !== 'sending') return attempt
        await attempts.settle(attempt.id, settlement, () => null)
        return attempt
      }

      test('so many attempts may fail within a window; the next is refused and leaves nothing behind', async () => {
        await onOrder(declined)
        nowMs += 60_000
        await onOrder(declined)
        nowMs += 500
        expect(await onOrder(declined)).toEqual({ kind: 'blocked', retryAfterSeconds: 3_540 })
        expect(await attempts.findByOrder(118)).toHaveLength(2)
        expect(await attempts.findByKey(scopeOf(`key-${last}`))).toBeNull()
        nowMs += windowMs - 60_500
        expect((await onOrder(declined)).kind).toBe('sending')
      })

      test('an attempt that was never sent does not count, nor a decline that says nothing about the card', async () => {
        for (const _ of [1, 2, 3]) {
          await onOrder({ status: 'not_sent' })
          await onOrder({ status: 'declined', problemCode: 'merchant_configuration' })
        }
        expect((await onOrder(declined)).kind).toBe('sending')
      })

      test('nor one whose answer was lost, whatever its end is found to be, except a decline', async () => {
        for (const _ of [1, 2, 3]) {
          const attempt = await onOrder({ status: 'unknown' })
          if (attempt.kind !== 'sending') throw new Error('was not sent')
          const freed = { status: 'not_charged', problemCode: 'payment_not_charged' } as const
          await attempts.settle(attempt.id, freed, () => null)
        }
        for (const _ of [1, 2]) {
          const attempt = await onOrder({ status: 'unknown' })
          if (attempt.kind !== 'sending') throw new Error('was not sent')
          await attempts.settle(attempt.id, declined, () => null)
        }
        expect((await onOrder(declined)).kind).toBe('blocked')
      })

      test('other orders are not held back', async () => {
        await onOrder(declined)
        await onOrder(declined)
        expect((await sending(119)).kind).toBe('sending')
      })
    })
  })
}
