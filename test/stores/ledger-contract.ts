import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PaymentAnswer } from '../../src/domain/payment-answer.ts'
import {
  ATTEMPT_STATUSES,
  type AttemptStatus,
  LostAttempt,
  mayHoldOrder,
  type NewAttempt,
} from '../../src/domain/payment-attempt.ts'
import { INSTRUMENT_TYPES, type InstrumentType } from '../../src/domain/payment-instrument.ts'
import { Problem } from '../../src/domain/problem.ts'
import type { Claim } from '../../src/stores/claim-attempt.ts'
import { createPaymentAttempts, type PaymentAttempts } from '../../src/stores/payment-attempts.ts'
import { attemptOf } from '../domain/samples.ts'
import type { Engine, OpenedLedger } from './engines.ts'
import { newAttempt, scopeOf, sendingOf } from './wanted-attempts.ts'

const due = { amount: 6098, currency: 'USD' }
const patExpiresAtMs = 5_000_000
const paid: PaymentAnswer = { status: 201, body: JSON.parse('{"data":{"id":"kept"},"meta":{}}') }
const keepsPaid = () => paid
const keepsNothing = () => null
const success = { status: 'succeeded', bigcommercePaymentId: 'bc-1', transactionType: 'purchase' } as const

/** What every ledger promises, whichever database it is kept in. */
export function describeLedger({ name, open }: Pick<Engine, 'open'> & { readonly name: string }): void {
  describe(`the ledger on ${name}`, () => {
    let opened: OpenedLedger
    let nowMs: number
    let ledger: PaymentAttempts

    const ledgerOf = (storeHash: string) =>
      createPaymentAttempts({ database: opened.database, storeHash, now: () => nowMs })
    const claim = (key: string, change: Partial<NewAttempt> = {}, fingerprint = 'body-1') =>
      ledger.claim(scopeOf(key), fingerprint, newAttempt(change))
    const claimed = async (key: string, change: Partial<NewAttempt> = {}) => {
      const result = await claim(key, change)
      if (result.kind !== 'claimed') throw new Error(`was ${result.kind}`)
      return result.attempt
    }
    const sent = async (key: string, change: Partial<NewAttempt> = {}) => {
      const attempt = await claimed(key, change)
      expect(await ledger.markSending(attempt.id, sendingOf(due, patExpiresAtMs))).toBe('sending')
      return attempt
    }
    const kindOf = async (work: Promise<Claim>) => (await work).kind
    const rowOf = (id: string) =>
      opened.database
        .selectFrom('payment_attempts')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    const counts = async () => ({
      attempts: (await opened.database.selectFrom('payment_attempts').select('id').execute()).length,
      keys: (await opened.database.selectFrom('idempotency_keys').select('attempt_id').execute()).length,
    })

    beforeEach(async () => {
      opened = await open()
      nowMs = 1_000_000
      ledger = ledgerOf('store-1')
    })
    afterEach(() => opened.close())

    test('a claim writes down the attempt and the key, and both are found again', async () => {
      const wanted = newAttempt()
      const result = await ledger.claim(scopeOf('k1'), 'body-1', wanted)
      const attempt = attemptOf({ ...wanted, createdAtMs: nowMs, updatedAtMs: nowMs, holdsOrder: true })
      expect(result).toEqual({ kind: 'claimed', attempt })
      expect(await ledger.findByKey(scopeOf('k1'))).toEqual({ fingerprint: 'body-1', attempt, answer: null })
      expect(await ledger.findFence(118)).toEqual(attempt)
    })

    test('what was never claimed is not found', async () => {
      expect(await ledger.findByKey(scopeOf('k1'))).toBeNull()
      expect(await ledger.findFence(118)).toBeNull()
    })

    test('a key that is taken is told with its fingerprint, and stays as it was', async () => {
      const first = await claimed('k1')
      for (const fingerprint of ['body-1', 'body-2']) {
        expect(await claim('k1', { orderId: 119 }, fingerprint)).toEqual({
          kind: 'known',
          known: { fingerprint: 'body-1', attempt: first, answer: null },
        })
      }
      expect(await counts()).toEqual({ attempts: 1, keys: 1 })
      expect(await ledger.findFence(119)).toBeNull()
    })

    test('a second key on an order that is being paid is told of the first attempt, and leaves nothing behind', async () => {
      const first = await claimed('k1')
      expect(await claim('k2')).toEqual({ kind: 'fenced', by: first })
      expect(await ledger.findByKey(scopeOf('k2'))).toBeNull()
      expect(await counts()).toEqual({ attempts: 1, keys: 1 })
    })

    test('an attempt that cannot take its key does not hold the order either', async () => {
      const first = await claimed('k1')
      await expect(
        ledger.claim(scopeOf('k2'), 'body-1', newAttempt({ id: first.id, orderId: 119 })),
      ).rejects.toThrow()
      expect(await ledger.findFence(119)).toBeNull()
      expect(await ledger.findByKey(scopeOf('k2'))).toBeNull()
      // The key can be looked up and no longer written, after the fence has been put up.
      const keys = opened.database.schema.alterTable('idempotency_keys')
      await keys.renameColumn('created_at_ms', 'gone').execute()
      const claiming = await Promise.allSettled([claim('k3', { orderId: 120 })])
      await keys.renameColumn('gone', 'created_at_ms').execute()
      expect(claiming).toMatchObject([{ status: 'rejected' }])
      expect(await ledger.findFence(120)).toBeNull()
    })

    test.each([
      ['principal', { principal: '["https://shop.example","session-2"]' }],
      ['operation', { operation: 'refundOrder' }],
      ['capitals', { idempotencyKey: 'K1' }],
    ])('the same key with another %s is another key', async (_what, change) => {
      await claimed('k1')
      expect(await ledger.findByKey(scopeOf('k1', change))).toBeNull()
      expect(await kindOf(ledger.claim(scopeOf('k1', change), 'body-1', newAttempt({ orderId: 119 })))).toBe(
        'claimed',
      )
    })

    test('the same key and the same order of another store are independent', async () => {
      await claimed('k1')
      const other = ledgerOf('store-2')
      expect(await other.findByKey(scopeOf('k1'))).toBeNull()
      expect(await other.findFence(118)).toBeNull()
      expect(await kindOf(other.claim(scopeOf('k1'), 'body-1', newAttempt()))).toBe('claimed')
    })

    describe('sending', () => {
      test('is written down with its amount, its moment and the end of its PAT', async () => {
        const { id } = await claimed('k1')
        nowMs = 2_000_000
        expect(await ledger.markSending(id, sendingOf(due, patExpiresAtMs))).toBe('sending')
        expect(await rowOf(id)).toMatchObject({
          status: 'sending',
          amount: 6098,
          currency: 'USD',
          sent_at_ms: 2_000_000,
          pat_expires_at_ms: patExpiresAtMs,
          created_at_ms: 1_000_000,
          updated_at_ms: 2_000_000,
        })
      })

      test('is granted once', async () => {
        const { id } = await claimed('k1')
        const granted = await Promise.all(
          Array.from({ length: 20 }, () => ledger.markSending(id, sendingOf(due, patExpiresAtMs))),
        )
        expect(granted.filter((one) => one === 'sending')).toHaveLength(1)
      })

      test.each(['succeeded', 'pending', 'declined', 'not_sent', 'unknown'] as const)(
        'is refused to an attempt that is already %s, and changes nothing',
        async (status) => {
          const { id } = await sent('k1')
          await ledger.settle(id, { status }, keepsNothing)
          const before = await rowOf(id)
          expect(await ledger.markSending(id, sendingOf({ amount: 1, currency: 'EUR' }, 1))).toBe('not_ours')
          expect(await rowOf(id)).toEqual(before)
        },
      )

      test('is refused to an attempt that does not exist', async () => {
        expect(await ledger.markSending('no-such-attempt', sendingOf(due, patExpiresAtMs))).toBe('not_ours')
      })

      test('is granted again after a charge was turned away, as long as the attempt is being sent', async () => {
        const { id } = await claimed('k1')
        expect(await ledger.markSendingAgain(id)).toBe(false)
        await ledger.markSending(id, sendingOf(due, patExpiresAtMs))
        nowMs += 1_000
        expect(await ledger.markSendingAgain(id)).toBe(true)
        expect(await ledger.findFence(118)).toMatchObject({ status: 'sending', updatedAtMs: nowMs })
        await ledger.settle(id, { status: 'unknown' }, () => null)
        expect(await ledger.markSendingAgain(id)).toBe(false)
      })
    })

    describe('a checkout', () => {
      const cartId = 'c0ffee00-0000-4000-8000-000000000001'
      const ofCart = (key: string, orderId: number, change: Partial<NewAttempt> = {}) =>
        ledger.claim(scopeOf(key), 'body-1', newAttempt({ orderId, cartId, ...change }))
      const claimedOf = async (key: string, orderId: number, change: Partial<NewAttempt> = {}) => {
        const claim = await ofCart(key, orderId, change)
        if (claim.kind !== 'claimed') throw new Error(`was ${claim.kind}`)
        return claim.attempt.id
      }
      const send = (id: string) => ledger.markSending(id, sendingOf(due, patExpiresAtMs))

      test('lets one of two orders be sent, whichever comes first', async () => {
        const [one, two] = [await claimedOf('k1', 118), await claimedOf('k2', 119)]
        expect(await send(one)).toBe('sending')
        expect(await send(two)).toBe('checkout_busy')
        expect((await ledger.findFence(119))?.status).toBe('claimed')
        expect(await ofCart('k3', 120)).toEqual({ kind: 'checkout', standing: 'busy' })
      })

      test.each(['unknown', 'pending', 'needs_review'] as const)(
        'is busy while an attempt is %s',
        async (status) => {
          const one = await claimedOf('k1', 118)
          await send(one)
          if (status === 'needs_review') await ledger.settle(one, { status: 'unknown' }, keepsNothing)
          await ledger.settle(one, { status }, keepsNothing)
          expect(await ofCart('k2', 119)).toEqual({ kind: 'checkout', standing: 'busy' })
        },
      )

      test.each(['declined', 'not_charged', 'not_sent'] as const)(
        'goes over to another order after %s',
        async (status) => {
          const one = await claimedOf('k1', 118)
          await send(one)
          if (status === 'not_charged') await ledger.settle(one, { status: 'unknown' }, keepsNothing)
          await ledger.settle(one, { status }, keepsNothing)
          expect(await send(await claimedOf('k2', 119))).toBe('sending')
          expect(await ofCart('k3', 118)).toEqual({ kind: 'checkout', standing: 'busy' })
        },
      )

      test.each(['card', 'gift_certificate'] as const)(
        'is closed to other orders by a success of %s, not to the legs of its own',
        async (instrumentType) => {
          const one = await claimedOf('k1', 118, { instrumentType })
          await send(one)
          await ledger.settle(one, { status: 'succeeded' }, keepsNothing)
          expect(await ofCart('k2', 119)).toEqual({ kind: 'checkout', standing: 'paid' })
          if (instrumentType === 'gift_certificate')
            expect(await send(await claimedOf('k3', 118))).toBe('sending')
        },
      )

      test('comes back to an order whose charge shows late', async () => {
        const one = await claimedOf('k1', 118)
        await send(one)
        await ledger.settle(one, { status: 'unknown' }, keepsNothing)
        await ledger.settle(one, { status: 'not_charged' }, keepsNothing)
        // It has gone over, and the other order has an attempt that was sent, and one that was not.
        const two = await claimedOf('k2', 119)
        expect(await send(two)).toBe('sending')
        await ledger.settle(one, { status: 'succeeded' }, keepsNothing)
        expect((await ledger.settle(two, { status: 'declined' }, keepsNothing)).status).toBe('declined')
        expect(await ofCart('k3', 119)).toEqual({ kind: 'checkout', standing: 'paid' })
      })

      test('comes back also while an attempt on the other order waits for its permit', async () => {
        const one = await claimedOf('k1', 118)
        await send(one)
        await ledger.settle(one, { status: 'unknown' }, keepsNothing)
        await ledger.settle(one, { status: 'not_charged' }, keepsNothing)
        const two = await claimedOf('k2', 119)
        await send(two)
        await ledger.settle(two, { status: 'declined' }, keepsNothing)
        const waiting = await claimedOf('k3', 119)
        await ledger.settle(one, { status: 'succeeded' }, keepsNothing)
        expect(await send(waiting)).toBe('checkout_paid')
      })

      test('is sent once by twenty orders at the same moment', async () => {
        const attempts = await Promise.all(
          Array.from({ length: 20 }, (_, index) => claimedOf(`k${index}`, 200 + index)),
        )
        const marked = await Promise.all(attempts.map(send))
        expect(marked.filter((one) => one === 'sending')).toHaveLength(1)
        expect(new Set(marked)).toEqual(new Set(['sending', 'checkout_busy']))
      })
    })

    describe('settling', () => {
      test('writes down the outcome and keeps the final answer with its key', async () => {
        const { id } = await sent('k1')
        nowMs = 3_000_000
        const settled = await ledger.settle(id, success, keepsPaid)
        expect(settled).toMatchObject({
          id,
          status: 'succeeded',
          amount: 6098,
          currency: 'USD',
          bigcommercePaymentId: 'bc-1',
          transactionType: 'purchase',
          updatedAtMs: 3_000_000,
        })
        expect(await ledger.findByKey(scopeOf('k1'))).toEqual({
          fingerprint: 'body-1',
          attempt: settled,
          answer: paid,
        })
      })

      test('makes the answer from the attempt as it is after settling', async () => {
        const { id } = await sent('k1')
        const asked: string[] = []
        await ledger.settle(
          id,
          { status: 'declined', bigcommerceCode: 30106, problemCode: 'payment_declined' },
          (attempt) => {
            asked.push(`${attempt.status} ${attempt.bigcommerceCode} ${attempt.problemCode}`)
            return null
          },
        )
        expect(asked).toEqual(['declined 30106 payment_declined'])
      })

      test('says of an attempt that it does not have that it is lost', async () => {
        await expect(ledger.settle('not-there', success, keepsPaid)).rejects.toMatchObject({
          code: 'store_unavailable',
          cause: expect.any(LostAttempt),
        })
      })

      test('never overwrites an end: the second settlement gets the first one’s attempt, and its own answer is dropped', async () => {
        const { id } = await sent('k1')
        const settled = await ledger.settle(id, success, keepsPaid)
        const late = await ledger.settle(
          id,
          { status: 'declined', bigcommerceCode: 30106, problemCode: 'payment_declined' },
          () => ({
            ...paid,
            status: 402,
          }),
        )
        expect(late).toEqual(settled)
        expect((await ledger.findByKey(scopeOf('k1')))?.answer).toEqual(paid)
      })

      test('twice at the same moment writes one down, and tells both the same', async () => {
        const { id } = await sent('k1')
        const declined = { status: 'declined', problemCode: 'payment_declined' } as const
        const ends = await Promise.all([
          ledger.settle(id, success, keepsPaid),
          ledger.settle(id, declined, keepsNothing),
          ledger.settle(id, declined, keepsNothing),
        ])
        expect(new Set(ends.map(({ status }) => status)).size).toBe(1)
        expect((await ledger.findByKey(scopeOf('k1')))?.attempt.status).toBe(ends[0]?.status)
      })

      test('an end and a doubt at the same moment leave the end', async () => {
        const { id } = await sent('k1')
        await Promise.all([
          ledger.settle(id, { status: 'unknown' }, keepsNothing),
          ledger.settle(id, success, keepsPaid),
          ledger.settle(id, { status: 'unknown' }, keepsNothing),
        ])
        expect((await ledger.findByKey(scopeOf('k1')))?.attempt.status).toBe('succeeded')
      })

      test('an unknown outcome keeps no answer, and gets its own once it is known', async () => {
        const { id } = await sent('k1')
        await ledger.settle(id, { status: 'unknown', bigcommerceCode: 30105 }, keepsNothing)
        expect(await ledger.findByKey(scopeOf('k1'))).toMatchObject({
          answer: null,
          attempt: { status: 'unknown', bigcommerceCode: 30105 },
        })
        await ledger.settle(id, success, keepsPaid)
        expect(await ledger.findByKey(scopeOf('k1'))).toMatchObject({
          answer: paid,
          attempt: { status: 'succeeded' },
        })
      })

      test('an unknown outcome is never again "not sent"', async () => {
        const { id } = await sent('k1')
        await ledger.settle(id, { status: 'unknown' }, keepsNothing)
        expect((await ledger.settle(id, { status: 'not_sent' }, keepsNothing)).status).toBe('unknown')
      })

      test('except by the instance that was to send it, was taken for dead, and knows that nothing left', async () => {
        const unsent = {
          status: 'not_sent',
          problemCode: 'upstream_unavailable',
          isProvenUnsent: true,
        } as const
        const { id } = await sent('k1')
        await ledger.settle(id, { status: 'unknown' }, keepsNothing)
        expect((await ledger.settle(id, unsent, keepsNothing)).status).toBe('not_sent')
        expect((await rowOf(id)).holds_order).toBeNull()
        const { next_look_at_ms, next_watch_at_ms, unsettled_since_ms } = await rowOf(id)
        expect([next_look_at_ms, next_watch_at_ms, unsettled_since_ms]).toEqual([null, null, null])
        expect(await kindOf(claim('k1'))).toBe('claimed')
      })

      test('what has an answer, or an end, is not taken back', async () => {
        const unsent = { status: 'not_sent', isProvenUnsent: true } as const
        const before = [
          { status: 'unknown', answeredAs: 'refused' },
          { status: 'pending' },
          { status: 'succeeded' },
          { status: 'declined' },
        ] as const
        for (const [index, settlement] of before.entries()) {
          const { id } = await sent(`k${index}`, { orderId: 300 + index })
          await ledger.settle(id, settlement, keepsNothing)
          expect((await ledger.settle(id, unsent, keepsNothing)).status).toBe(settlement.status)
        }
      })

      test('an attempt that was only claimed can only be released', async () => {
        const { id } = await claimed('k1')
        for (const status of [
          'succeeded',
          'pending',
          'declined',
          'unknown',
          'not_charged',
          'needs_review',
        ] as const) {
          expect((await ledger.settle(id, { status }, keepsPaid)).status, status).toBe('claimed')
        }
        expect(
          (await ledger.settle(id, { status: 'not_sent', problemCode: 'upstream_unavailable' }, keepsNothing))
            .status,
        ).toBe('not_sent')
        expect((await ledger.findByKey(scopeOf('k1')))?.answer).toBeNull()
      })

      test('an answer that cannot be made undoes the settlement', async () => {
        const { id } = await sent('k1')
        const broken = () => {
          throw new Error('no answer')
        }
        await expect(ledger.settle(id, success, broken)).rejects.toThrow()
        expect((await rowOf(id)).status).toBe('sending')
      })
    })

    describe('a key whose attempt was never sent', () => {
      const released = async (key: string) => {
        const attempt = await claimed(key)
        await ledger.settle(
          attempt.id,
          { status: 'not_sent', problemCode: 'upstream_unavailable' },
          keepsNothing,
        )
        return attempt
      }

      test('may be used again for the same request, as a new attempt', async () => {
        const first = await released('k1')
        const second = await claimed('k1')
        expect(second.id).not.toBe(first.id)
        expect((await ledger.findByKey(scopeOf('k1')))?.attempt).toEqual(second)
        expect(await counts()).toEqual({ attempts: 2, keys: 1 })
      })

      test('may not be used for another request', async () => {
        const first = await released('k1')
        expect(await claim('k1', {}, 'body-2')).toMatchObject({
          kind: 'known',
          known: { attempt: { id: first.id } },
        })
        expect(await ledger.findFence(118)).toBeNull()
      })

      test('of many retries at once, one claims it', async () => {
        await released('k1')
        const kinds = (await Promise.all(Array.from({ length: 20 }, () => claim('k1')))).map(
          ({ kind }) => kind,
        )
        expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1)
        expect(kinds.filter((kind) => kind === 'known')).toHaveLength(19)
      })

      test('stays where it is while another key pays the order', async () => {
        const first = await released('k1')
        const other = await claimed('k2')
        expect(await claim('k1')).toEqual({ kind: 'fenced', by: other })
        expect((await ledger.findByKey(scopeOf('k1')))?.attempt.id).toBe(first.id)
      })

      test('is not given the answer of an attempt it has left behind', async () => {
        const first = await sent('k1')
        await ledger.settle(first.id, { status: 'not_sent' }, keepsNothing)
        await claimed('k1')
        await ledger.settle(first.id, success, keepsPaid)
        expect(await ledger.findByKey(scopeOf('k1'))).toMatchObject({
          answer: null,
          attempt: { status: 'claimed' },
        })
      })
    })

    describe('the order', () => {
      const settledBy = async (instrumentType: InstrumentType, status: AttemptStatus, key = 'k1') => {
        const { id } = await sent(key, { instrumentType })
        if (status === 'not_charged' || status === 'needs_review')
          await ledger.settle(id, { status: 'unknown' }, keepsNothing)
        expect((await ledger.settle(id, { status }, keepsNothing)).status).toBe(status)
      }

      test.each([
        'card',
        'stored_card',
        'stored_paypal_account',
        'stored_bank_account',
        'tokenized_card',
      ] as const)('that a %s has paid is closed for ever', async (type) => {
        await settledBy(type, 'succeeded')
        nowMs += 10 * 365 * 24 * 3_600_000
        expect(await claim('k2')).toMatchObject({ kind: 'fenced', by: { status: 'succeeded' } })
      })

      test.each(['gift_certificate', 'store_credit'] as const)(
        'that a %s has paid may be paid only in part, so the next part may follow, one at a time',
        async (type) => {
          await settledBy(type, 'succeeded')
          expect(await kindOf(claim('k2', { instrumentType: 'card' }))).toBe('claimed')
          expect(await kindOf(claim('k3'))).toBe('fenced')
        },
      )

      test.each(['declined', 'not_sent', 'not_charged'] as const)(
        'is free again after %s',
        async (status) => {
          await settledBy('card', status)
          expect(await kindOf(claim('k2'))).toBe('claimed')
        },
      )

      test.each(['unknown', 'pending', 'needs_review'] as const)('is held while %s', async (status) => {
        await settledBy('card', status)
        expect(await claim('k2')).toMatchObject({ kind: 'fenced', by: { status } })
      })

      test.each(
        ATTEMPT_STATUSES.flatMap((status) => INSTRUMENT_TYPES.map((type) => [status, type] as const)),
      )('is held exactly when an attempt is told to hold it: %s by %s', async (status, instrumentType) => {
        const { id } =
          status === 'claimed'
            ? await claimed('k1', { instrumentType })
            : await sent('k1', { instrumentType })
        if (status === 'not_charged' || status === 'needs_review')
          await ledger.settle(id, { status: 'unknown' }, () => null)
        if (status !== 'claimed' && status !== 'sending') await ledger.settle(id, { status }, () => null)
        const fence = await ledger.findFence(118)
        expect(fence !== null).toBe(mayHoldOrder(status, instrumentType))
        expect(await kindOf(claim('k2'))).toBe(fence === null ? 'claimed' : 'fenced')
      })

      test('is claimed by exactly one of two hundred keys at once', async () => {
        const claims = await Promise.all(Array.from({ length: 200 }, (_, index) => claim(`k${index}`)))
        const winners = claims.filter((one) => one.kind === 'claimed')
        expect(winners).toHaveLength(1)
        const [winner] = winners
        for (const one of claims) {
          if (one.kind !== 'claimed') expect(one).toEqual({ kind: 'fenced', by: winner?.attempt })
        }
        expect(await counts()).toEqual({ attempts: 1, keys: 1 })
      })
    })

    test('one key sent two hundred times at once is one attempt', async () => {
      const kinds = (await Promise.all(Array.from({ length: 200 }, () => claim('k1')))).map(
        ({ kind }) => kind,
      )
      expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1)
      expect(kinds.filter((kind) => kind === 'known')).toHaveLength(199)
      expect(await counts()).toEqual({ attempts: 1, keys: 1 })
    })

    test('one key sent for a hundred orders at once is one attempt, and all are told of that one', async () => {
      const claims = await Promise.all(
        Array.from({ length: 100 }, (_, index) => claim('k1', { orderId: 1_000 + index })),
      )
      const [winner, ...others] = claims.toSorted((one) => (one.kind === 'claimed' ? -1 : 1))
      if (winner?.kind !== 'claimed') throw new Error(`not claimed: ${winner?.kind}`)
      const known = { fingerprint: 'body-1', attempt: winner.attempt, answer: null }
      for (const other of others) expect(other).toEqual({ kind: 'known', known })
      expect(await counts()).toEqual({ attempts: 1, keys: 1 })
    })

    test('the database itself refuses what the ledger would never write', async () => {
      const { id } = await claimed('k1')
      const set = (values: object) =>
        opened.database.updateTable('payment_attempts').set(values).where('id', '=', id).execute()
      for (const values of [
        { status: 'paid' },
        { status: 'succeeded' },
        { order_id: 0 },
        { customer_id: 0 },
        { amount: -1 },
        { transaction_type: 'refund' },
      ])
        await expect(set(values), JSON.stringify(values)).rejects.toThrow()
    })

    test('without the database every method fails with one word', async () => {
      const { id } = await claimed('k1')
      const broken = await open()
      ledger = createPaymentAttempts({ database: broken.database, storeHash: 'store-1', now: () => nowMs })
      // What was never used has nothing to close.
      await broken.database.selectFrom('payment_attempts').select('id').execute()
      await broken.close()
      const works = [
        () => ledger.findByKey(scopeOf('k1')),
        () => ledger.findFence(118),
        () => claim('k2'),
        () => ledger.markSending(id, sendingOf(due, patExpiresAtMs)),
        () => ledger.settle(id, success, keepsPaid),
      ]
      for (const work of works) {
        const error = await work().then(
          () => 'no error',
          (thrown: unknown) => thrown,
        )
        expect(error).toBeInstanceOf(Problem)
        expect(error).toMatchObject({ code: 'store_unavailable', status: 503 })
      }
    })
  })
}
