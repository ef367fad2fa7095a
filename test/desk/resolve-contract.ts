import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Order } from '../../src/domain/order.ts'
import type { PaymentAttempt, Settlement } from '../../src/domain/payment-attempt.ts'
import { Problem } from '../../src/domain/problem.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import { createDesk } from '../../src/services/desk.ts'
import { createResolvePayment, type ResolveCommand } from '../../src/services/resolve-payment.ts'
import { createLedger, type Ledger } from '../../src/stores/ledger.ts'
import { transactionOf } from '../domain/samples.ts'
import { endOf, orderOf } from '../services/fakes.ts'
import type { Engine, OpenedLedger } from '../stores/engines.ts'
import { newAttempt, scopeOf } from '../stores/wanted-attempts.ts'
import { silentLog } from '../support/logs.ts'

const minute = 60_000
const hour = 60 * minute
const week = 7 * 24 * hour
const startMs = Date.UTC(2026, 0, 2, 12)
const away = new Problem('upstream_unavailable')

/** What BigCommerce shows of the order; an error is thrown. */
interface Shown {
  order?: Partial<Order> | null | Error
  transactions?: Transaction[] | Error
}

/** A person's word about payments without an end, whichever database they are kept in. */
export function describeDesk({ name, open }: Engine): void {
  describe(`the desk on ${name}`, () => {
    let opened: OpenedLedger
    let nowMs: number
    let ledger: Ledger
    let shown: Shown
    let lastKey = 0

    const ledgerOn = (database: OpenedLedger['database']) =>
      createLedger({
        database,
        storeHash: 'store-1',
        now: () => nowMs,
        velocityWindowMs: hour,
        orderFailuresMax: 0,
      })
    const resolve = (paymentId: string, change: Partial<ResolveCommand> = {}) =>
      createResolvePayment({
        // A command has connections of its own. In one process, two on SQLite would wait for one another for ever.
        ...ledgerOn(name === 'SQLite' ? opened.database : opened.connect()),
        managementApi: {
          async getOrder() {
            if (shown.order instanceof Error) throw shown.order
            return shown.order === null ? null : orderOf({ answeredAtMs: nowMs, ...shown.order })
          },
          async listTransactions() {
            if (shown.transactions instanceof Error) throw shown.transactions
            return {
              transactions: shown.transactions ?? [],
              isWhole: true,
              showsAllVoids: true,
              answeredAtMs: nowMs,
            }
          },
        },
        sendingMsMax: 75_000,
        now: () => nowMs,
        log: silentLog,
      })({
        paymentId,
        decision: 'not-charged',
        by: 'Ada Support',
        because: 'the gateway shows no charge',
        isUnread: false,
        ...change,
      })
    const claimed = async (orderId = 118) => {
      const key = `key-${++lastKey}`
      const claim = await ledger.attempts.claim(scopeOf(key), 'body', newAttempt({ orderId }))
      if (claim.kind !== 'claimed') throw new Error(`was ${claim.kind}`)
      return { id: claim.attempt.id, key }
    }
    const sent = async (orderId?: number) => {
      const one = await claimed(orderId)
      await ledger.attempts.markSending(one.id, {
        due: { amount: 6098, currency: 'USD' },
        patIssuedAtMs: nowMs,
        patExpiresAtMs: nowMs + hour,
        orderTotal: 6098,
      })
      return one
    }
    const standing = async (settlement: Settlement, orderId?: number) => {
      const one = await sent(orderId)
      if (settlement.status === 'needs_review')
        await ledger.attempts.settle(one.id, { status: 'unknown' }, () => null)
      await ledger.attempts.settle(one.id, settlement, () => null)
      return one
    }
    const present = async (id: string): Promise<PaymentAttempt> => {
      const told = await ledger.desk.tellById(id)
      if (!told) throw new Error('it is gone')
      return told.attempt
    }
    const noted = async (id: string) => (await ledger.desk.tellById(id))?.noted ?? []

    beforeEach(async () => {
      opened = await open()
      nowMs = startMs
      shown = {}
      ledger = ledgerOn(opened.database)
    })
    afterEach(() => opened.close())

    test('not charged, once nothing can be charged any more: the order is free, and it is kept who said so, why and when', async () => {
      const { id, key } = await standing({ status: 'needs_review' })
      nowMs += 2 * hour
      const resolved = await resolve(id)

      expect(resolved).toMatchObject({ refusal: null, verdict: 'absent', isDuplicate: false })
      expect(await present(id)).toMatchObject({
        status: 'not_charged',
        decidedAtMs: nowMs,
        holdsOrder: false,
      })
      expect(await noted(id)).toEqual([
        {
          atMs: nowMs,
          what: 'decided that it was not charged',
          by: 'Ada Support',
          because: 'the gateway shows no charge',
        },
      ])
      // The shopper's client, which repeats its key, is told in words of its own.
      const known = await ledger.attempts.findByKey(scopeOf(key))
      expect(known?.answer).toMatchObject({
        status: 402,
        body: { code: 'payment_not_charged', detail: expect.stringContaining('decided by the shop') },
      })
      expect((await claimed()).id).not.toBe(id)
    })

    test('charged, although the order shows nothing: paid for good', async () => {
      const { id, key } = await standing({ status: 'unknown' })
      const resolved = await resolve(id, { decision: 'charged', because: 'the gateway shows ch_1' })
      expect(resolved).toMatchObject({ refusal: null, verdict: 'absent', isDuplicate: false })
      expect(await present(id)).toMatchObject({ status: 'succeeded', decidedAtMs: nowMs, holdsOrder: true })
      expect((await ledger.attempts.findByKey(scopeOf(key)))?.answer).toMatchObject({
        status: 201,
        body: { meta: { detail: expect.stringContaining('decided by the shop') } },
      })
    })

    test('a charge that the look finds settles the payment by itself, and goes before the word of a person', async () => {
      const { id } = await standing({ status: 'unknown' })
      shown = { transactions: [transactionOf({ createdAtMs: nowMs + 1_000 })] }
      nowMs += 2 * hour
      const resolved = await resolve(id)
      expect(resolved.refusal?.code).toBe('payment_not_resolvable')
      expect(resolved.refusal?.options.detail).toContain('settled as success')
      expect(await present(id)).toMatchObject({ status: 'succeeded', decidedAtMs: null })
      expect((await noted(id)).map(({ by }) => by)).toEqual(['Tillgate'])
    })

    test('a charge that the look finds as the person says is kept with both', async () => {
      const { id } = await standing({ status: 'unknown' })
      shown = { transactions: [transactionOf({ createdAtMs: nowMs + 1_000 })] }
      const resolved = await resolve(id, { decision: 'charged' })
      expect(resolved).toMatchObject({ refusal: null, verdict: 'charged' })
      expect(await present(id)).toMatchObject({ status: 'succeeded', decidedAtMs: null })
      expect((await noted(id)).map(({ by }) => by)).toEqual(['Tillgate', 'Ada Support'])
    })

    test.each([
      ['before its access token has expired and the window is over', 75 * minute - 1, {}],
      [
        'while BigCommerce shows it as pending',
        2 * hour,
        { transactions: [transactionOf({ event: 'pending' })] },
      ],
      ['while the order is in a state that paid orders have', 2 * hour, { order: { statusId: 11 } }],
      [
        'while the order names a payment of a gateway',
        2 * hour,
        { order: { statusId: 7, paymentProviderId: 'ch_1' } },
      ],
      ['while a void of the order is pending', 2 * hour, { order: { paymentStatus: 'void pending' } }],
      [
        'while a charge over the same amount shows from before',
        2 * hour,
        { transactions: [transactionOf({ createdAtMs: startMs - hour })] },
      ],
      [
        "where BigCommerce's clock cannot be read, within a week",
        week - minute,
        { order: { answeredAtMs: null } },
      ],
    ] satisfies [string, number, Shown][])('not charged is refused %s', async (_name, laterMs, sees) => {
      const { id } = await standing({ status: 'unknown' })
      shown = sees
      nowMs += laterMs
      const resolved = await resolve(id)
      expect(resolved.refusal?.code).toBe('payment_not_resolvable')
      expect(await present(id)).toMatchObject({ holdsOrder: true, decidedAtMs: null, endedAtMs: null })
      expect((await noted(id)).filter(({ by }) => by !== 'Tillgate')).toEqual([])
    })

    test('the refusal says from when on it can be said, and then it can', async () => {
      const { id } = await standing({ status: 'unknown' })
      const early = await resolve(id)
      expect(early.refusal?.options.detail).toContain(new Date(startMs + 75 * minute).toISOString())
      nowMs = startMs + 75 * minute
      expect((await resolve(id)).refusal).toBeNull()
    })

    test('where the expiry is not known, a week after it was sent it can be said: a row put in by hand, too', async () => {
      const { id } = await standing({ status: 'needs_review' })
      await opened.database
        .updateTable('payment_attempts')
        .set({ pat_expires_at_ms: null, unsettled_since_ms: null })
        .where('id', '=', id)
        .execute()
      nowMs += week - 1
      expect((await resolve(id)).refusal?.code).toBe('payment_not_resolvable')
      nowMs += 1
      expect((await resolve(id)).refusal).toBeNull()
      // It stays in doubt: a charge that shows later corrects it.
      expect(await present(id)).toMatchObject({ status: 'not_charged', unsettledSinceMs: nowMs })
    })

    test.each([
      ['pending, which never ends by absence', { status: 'pending' }],
      ['a possible duplicate', { status: 'unknown', bigcommerceCode: 30105 }],
    ] satisfies [string, Settlement][])('a person ends what no look ends: %s', async (_name, settlement) => {
      const { id } = await standing(settlement)
      nowMs += 2 * hour
      expect((await resolve(id)).refusal).toBeNull()
      expect((await present(id)).status).toBe('not_charged')
    })

    test('charged is refused where BigCommerce shows that the pending payment has failed, which settles it', async () => {
      const { id } = await standing({ status: 'pending' })
      const pending = transactionOf({ event: 'pending' })
      shown = { transactions: [pending, transactionOf({ status: 'error', referenceId: pending.id })] }
      expect((await resolve(id, { decision: 'charged' })).refusal?.code).toBe('payment_not_resolvable')
      expect((await present(id)).status).toBe('declined')
    })

    test('while BigCommerce is away nothing is decided, unless the person says so; then not charged waits for a week', async () => {
      const { id } = await standing({ status: 'needs_review' })
      nowMs += 2 * hour
      for (const sees of [
        { order: away, transactions: away },
        { order: away },
        { order: null },
      ] satisfies Shown[]) {
        shown = sees
        const end = await endOf(resolve(id).then(({ refusal }) => refusal?.code))
        expect(end).toBe('upstream_unavailable')
        expect((await present(id)).status).toBe('needs_review')
      }
      // The words of the catalogue are about a request to pay: of this payment no one knows whether it was charged.
      const refused = new Problem('upstream_refused')
      for (const order of [away, refused]) {
        shown = { order, transactions: order }
        const told = await resolve(id).then(
          ({ refusal }) => refusal,
          (error: unknown) => error,
        )
        expect(told).toMatchObject({
          code: order.code,
          options: { detail: expect.stringContaining('nothing was decided') },
        })
        expect(String((told as Problem).options.detail)).not.toMatch(/charged/i)
      }
      shown = { order: away, transactions: away }
      expect((await resolve(id, { isUnread: true })).refusal?.code).toBe('payment_not_resolvable')
      nowMs = startMs + week
      expect((await resolve(id, { isUnread: true })).refusal).toBeNull()
      expect((await noted(id)).map(({ what }) => what)).toEqual([
        'decided that it was not charged, also if BigCommerce could not be read',
      ])
    })

    test('an order that is gone at BigCommerce is decided unread; a charge that is shown goes before it', async () => {
      const { id } = await standing({ status: 'unknown' })
      nowMs += 2 * hour
      shown = { order: null, transactions: [transactionOf({ createdAtMs: startMs + 1_000 })] }
      expect((await resolve(id)).refusal?.code).toBe('payment_not_resolvable')
      expect((await present(id)).status).toBe('succeeded')
      const other = await standing({ status: 'unknown' }, 119)
      nowMs += 2 * hour
      shown = { order: null }
      expect((await resolve(other.id, { isUnread: true })).refusal).toBeNull()
    })

    test('what has ended is not resolved again: not by the same word either', async () => {
      const { id } = await standing({ status: 'unknown' })
      nowMs += 2 * hour
      await resolve(id)
      for (const decision of ['not-charged', 'charged'] as const)
        expect(await endOf(resolve(id, { decision }))).toBe('payment_not_resolvable')
      expect(await noted(id)).toHaveLength(1)
      const declined = await standing({ status: 'declined', problemCode: 'payment_declined' })
      expect(await endOf(resolve(declined.id, { decision: 'charged' }))).toBe('payment_not_resolvable')
    })

    test('what was never sent, or whose answer is awaited, is left to its instance; what a dead one was sending is resolved', async () => {
      const unsent = await claimed()
      expect(await endOf(resolve(unsent.id))).toBe('payment_not_resolvable')
      const { id } = await sent(119)
      expect(await endOf(resolve(id, { decision: 'charged' }))).toBe('payment_not_resolvable')
      expect((await present(id)).status).toBe('sending')
      nowMs += 2 * hour
      expect((await resolve(id)).refusal).toBeNull()
      expect((await present(id)).status).toBe('not_charged')
    })

    test('a payment that is not of this store is not there', async () => {
      expect(await endOf(resolve('00000000-0000-4000-8000-000000000000'))).toBe('payment_not_found')
    })

    test('charged beside another payment of the order is told as two charges, and written', async () => {
      const first = await standing({ status: 'unknown' })
      nowMs += 2 * hour
      await resolve(first.id)
      const second = await standing({ status: 'unknown' })
      // The first one shows late, and is corrected.
      const late = transactionOf({ createdAtMs: startMs + 1_000 })
      await ledger.unsettled.conclude(
        first.id,
        () => ({
          verdict: null,
          end: { status: 'succeeded' },
          quiet: null,
          isUnaccounted: null,
          alert: null,
          nextLookAtMs: null,
          nextWatchAtMs: null,
          countsAsScheduled: false,
          notes: [],
        }),
        () => null,
        nowMs,
      )
      shown = { transactions: [late] }
      const resolved = await resolve(second.id, { decision: 'charged' })
      expect(resolved).toMatchObject({ refusal: null, isDuplicate: true })
      expect((await present(second.id)).status).toBe('succeeded')
      expect(await present(first.id)).toMatchObject({ status: 'succeeded', decidedAtMs: null })
    })

    test('two people at once: one decides, the other is told that it is settled', async () => {
      const { id } = await standing({ status: 'unknown' })
      nowMs += 2 * hour
      const both = await Promise.all([
        endOf(resolve(id, { by: 'Ada' }).then(({ refusal }) => refusal?.code ?? 'done')),
        endOf(resolve(id, { by: 'Bo', decision: 'charged' }).then(({ refusal }) => refusal?.code ?? 'done')),
      ])
      expect(both.sort()).toEqual(['done', 'payment_not_resolvable'])
      expect(await noted(id)).toHaveLength(1)
    })

    test('a charge that the ledger has forgotten holds its order, and settles itself once BigCommerce shows it', async () => {
      const charge = {
        paymentId: '5b1c7c1e-0000-4000-8000-000000000009',
        orderId: 7,
        money: { amount: 6098, currency: 'USD' },
        paymentMethodId: 'stripe.card',
        sentAtMs: nowMs - hour,
        correlationId: '5b1c7c1e-0000-4000-8000-00000000000a',
      }
      const note = { what: 'held it', by: 'Ada', because: 'the log of then' }
      expect(await ledger.desk.hold(charge, note)).toMatchObject({ status: 'needs_review', holdsOrder: true })
      expect(await ledger.attempts.claim(scopeOf('k'), 'body', newAttempt({ orderId: 7 }))).toMatchObject({
        kind: 'fenced',
      })
      // It is due for a look at once, and twice it is not held.
      expect((await ledger.unsettled.lease(4)).map(({ id }) => id)).toEqual([charge.paymentId])
      expect(await ledger.desk.hold({ ...charge, paymentId: 'another' }, note)).toBeNull()
      expect(await noted(charge.paymentId)).toEqual([{ ...note, atMs: nowMs }])
      shown = { transactions: [transactionOf({ createdAtMs: nowMs - hour })] }
      expect((await resolve(charge.paymentId, { decision: 'charged' })).verdict).toBe('charged')
      expect(await ledger.desk.hold({ ...charge, paymentId: 'another' }, note)).toBeNull()
    })

    test('what is held is listed oldest first, what has ended is not; a story is told by order and by payment', async () => {
      const desk = createDesk({ reads: ledger.desk, now: () => nowMs })
      const first = await standing({ status: 'unknown' }, 1)
      nowMs += 1
      await standing({ status: 'declined' }, 2)
      const running = await claimed(3)
      expect((await desk.held(10)).map(({ attempt }) => attempt.id)).toEqual([first.id, running.id])
      expect(await desk.held(1)).toHaveLength(1)
      expect((await desk.held(10))[0]?.held).toMatchObject({ held_since: new Date(startMs).toISOString() })
      const [told] = await desk.tell('1')
      expect(told).toEqual((await desk.tell(first.id))[0])
      expect(told?.story.map(({ what }) => what.split(' ')[0])).toEqual(['began', 'sent', 'holds'])
      for (const nothing of ['4', '2147483648', '99999999999', 'no such', "'; --"])
        expect(await desk.tell(nothing)).toEqual([])
    })
  })
}
