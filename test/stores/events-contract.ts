import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { End } from '../../src/domain/conclusion.ts'
import type { Settlement } from '../../src/domain/payment-attempt.ts'
import type { Note } from '../../src/domain/payment-story.ts'
import { EVENT_LEASE_MS } from '../../src/stores/event-outbox.ts'
import { createLedger, type Ledger } from '../../src/stores/ledger.ts'
import type { Engine, OpenedLedger } from './engines.ts'
import { newAttempt, nothingFound, scopeOf, sendingOf } from './wanted-attempts.ts'

const keepsNothing = () => null

/** What is written into the outbox of events, whichever database it is kept in. */
export function describeEvents({ name, open }: Engine): void {
  describe(`the events of payments on ${name}`, () => {
    let opened: OpenedLedger
    let nowMs: number
    let ledger: Ledger
    let lastOrder: number

    const ledgerOf = (change: { hasEvents?: boolean; database?: OpenedLedger['database'] } = {}) =>
      createLedger({
        database: opened.database,
        storeHash: 'store-1',
        now: () => nowMs,
        velocityWindowMs: 3_600_000,
        orderFailuresMax: 0,
        hasEvents: true,
        ...change,
      })
    const sent = async (orderId = ++lastOrder) => {
      const claim = await ledger.attempts.claim(
        scopeOf(`key-${orderId}-${nowMs}`),
        'body-1',
        newAttempt({ orderId }),
      )
      if (claim.kind !== 'claimed') throw new Error(`was ${claim.kind}`)
      await ledger.attempts.markSending(
        claim.attempt.id,
        sendingOf({ amount: 6098, currency: 'USD' }, 5_000_000),
      )
      return claim.attempt.id
    }
    const settle = (id: string, settlement: Settlement) =>
      ledger.attempts.settle(id, settlement, keepsNothing)
    const conclude = (id: string, end: End | null, notes: readonly Note[] = []) =>
      ledger.unsettled.conclude(id, () => ({ ...nothingFound, end, notes }), keepsNothing, nowMs)
    const eventsOf = async (id: string) => {
      const rows = await opened.database
        .selectFrom('payment_events')
        .selectAll()
        .where('payment_id', '=', id)
        .orderBy('created_at_ms')
        .orderBy('id')
        .execute()
      return rows.map((row) => ({ ...row, body: JSON.parse(row.body) }))
    }
    const told = async (id: string) =>
      (await eventsOf(id)).map(({ type, body: { data } }) => [type, data.previous_status, data.status])

    beforeEach(async () => {
      opened = await open()
      nowMs = 1_000_000
      lastOrder = 0
      ledger = ledgerOf()
    })
    afterEach(() => opened.close())

    test.each([
      ['succeeded', 'payment.success', 'success'],
      ['declined', 'payment.declined', 'declined'],
      ['unknown', 'payment.held', 'unknown'],
      ['pending', 'payment.held', 'pending'],
    ] as const)('%s is told as %s, with the payment as it stands', async (status, type, said) => {
      const id = await sent()
      await settle(id, { status, bigcommercePaymentId: 'bc-1' })
      const [event, ...others] = await eventsOf(id)
      expect(others).toEqual([])
      expect(event).toMatchObject({
        id: `evt_${id}_${status === 'succeeded' ? 'success' : status}`,
        store_hash: 'store-1',
        type,
        created_at_ms: nowMs,
        new_since_ms: nowMs,
        next_try_at_ms: null,
        tries: 0,
      })
      expect(event?.body).toEqual({
        type,
        timestamp: new Date(nowMs).toISOString(),
        data: expect.objectContaining({
          id,
          order_id: 1,
          status: said,
          previous_status: 'processing',
          amount: 6098,
          currency: 'USD',
          payment_method_id: 'stripe.card',
          instrument_type: 'card',
          bigcommerce_id: 'bc-1',
        }),
      })
    })

    test('each step of a held payment is told: pending, a person is needed, the end', async () => {
      const id = await sent()
      await settle(id, { status: 'unknown' })
      await conclude(id, { status: 'pending' })
      await conclude(id, { status: 'needs_review' })
      await conclude(id, { status: 'not_charged', isDecided: true })
      expect((await told(id)).sort()).toEqual(
        [
          ['payment.held', 'processing', 'unknown'],
          ['payment.held', 'unknown', 'pending'],
          ['payment.needs_review', 'pending', 'needs_review'],
          ['payment.not_charged', 'needs_review', 'not_charged'],
        ].sort(),
      )
    })

    test('a charge that shows late is told as a correction', async () => {
      const id = await sent()
      await settle(id, { status: 'unknown' })
      await conclude(id, { status: 'not_charged', problemCode: 'payment_not_charged' })
      nowMs += 1_000
      await conclude(id, { status: 'succeeded' })
      expect((await told(id)).at(-1)).toEqual(['payment.corrected', 'not_charged', 'success'])
    })

    test('what a look finds beside is told once, however often it is seen', async () => {
      const id = await sent()
      await settle(id, { status: 'succeeded' })
      const noted = { by: 'Tillgate', because: null }
      const duplicate = { type: 'payment.duplicate', key: 'duplicate' } as const
      const notes: Note[] = [
        { what: 'alert: two charges', telling: duplicate, ...noted },
        { what: 'voided', telling: { type: 'payment.voided', key: 'voided_7' }, ...noted },
        { what: 'refunded', ...noted },
      ]
      for (let look = 0; look < 3; look++) await conclude(id, null, notes)
      await conclude(id, null, [{ what: 'alert: three charges', telling: duplicate, ...noted }])
      expect(await told(id)).toEqual(
        expect.arrayContaining([
          ['payment.success', 'processing', 'success'],
          ['payment.duplicate', 'success', 'success'],
          ['payment.voided', 'success', 'success'],
        ]),
      )
      expect(await told(id)).toHaveLength(3)
    })

    test('a second success on an order is told as one, as soon as it is one', async () => {
      const first = await sent(500)
      await settle(first, { status: 'unknown' })
      await conclude(first, { status: 'not_charged', problemCode: 'payment_not_charged' })
      nowMs += 1
      const second = await sent(500)
      await conclude(first, { status: 'succeeded' })
      expect((await told(first)).map(([type]) => type)).not.toContain('payment.duplicate')
      await settle(second, { status: 'succeeded' })
      expect((await told(second)).map(([type]) => type).sort()).toEqual([
        'payment.duplicate',
        'payment.success',
      ])
    })

    test('what was not sent is not told, unless it was told as held', async () => {
      const id = await sent()
      await settle(id, { status: 'not_sent', isProvenUnsent: true })
      expect(await told(id)).toEqual([])
      const held = await sent()
      await settle(held, { status: 'unknown', answeredAs: 'turned_away' })
      nowMs += 1
      await conclude(held, { status: 'not_sent', problemCode: 'upstream_busy' })
      expect(await told(held)).toEqual([
        ['payment.held', 'processing', 'unknown'],
        ['payment.not_charged', 'unknown', 'not_charged'],
      ])
    })

    test('what a crash left in the middle of sending is told as held, and what it left claimed is not', async () => {
      const id = await sent()
      const claim = await ledger.attempts.claim(scopeOf('claimed'), 'f', newAttempt({ orderId: 99 }))
      nowMs += 60_000
      await ledger.unsettled.recoverAbandoned({ claimedMs: 1, sendingMs: 1 })
      await ledger.unsettled.recoverAbandoned({ claimedMs: 1, sendingMs: 1 })
      expect(await told(id)).toEqual([['payment.held', 'processing', 'unknown']])
      expect(claim.kind === 'claimed' && (await told(claim.attempt.id))).toEqual([])
    })

    test('a charge that a restored ledger had forgotten is told as one that needs a person', async () => {
      const money = { amount: 6098, currency: 'USD' }
      const forgotten = {
        paymentId: 'forgotten',
        orderId: 3,
        money,
        sentAtMs: 1,
        correlationId: 'c',
        paymentMethodId: 'stripe.card',
      }
      const note = { what: 'held it', by: 'Ada', because: 'the log of then' }
      for (let time = 0; time < 2; time++) await ledger.desk.hold(forgotten, note)
      expect(await told('forgotten')).toEqual([['payment.needs_review', 'processing', 'needs_review']])
    })

    test('an end that may not be written is not told, and one that was written is told once', async () => {
      const id = await sent()
      await settle(id, { status: 'declined' })
      await settle(id, { status: 'succeeded' })
      await settle(id, { status: 'declined' })
      expect(await told(id)).toEqual([['payment.declined', 'processing', 'declined']])
    })

    test('event and end are written together or not at all', async () => {
      const id = await sent()
      const broken = ledger.attempts.settle(id, { status: 'succeeded' }, () => {
        throw new Error('no answer can be made')
      })
      await expect(broken).rejects.toThrow()
      expect(await told(id)).toEqual([])
      expect((await ledger.attempts.findByOrder(1))[0]?.status).toBe('sending')
    })

    test('where no one listens, nothing is written', async () => {
      ledger = ledgerOf({ hasEvents: false })
      const id = await sent()
      await settle(id, { status: 'unknown' })
      await conclude(id, { status: 'succeeded' })
      expect(await told(id)).toEqual([])
    })

    describe('the outbox', () => {
      const declined = async (count: number) => {
        const ids: string[] = []
        for (let number = 0; number < count; number++) {
          const id = await sent()
          await settle(id, { status: 'declined' })
          ids.push(`evt_${id}_declined`)
          nowMs += 1
        }
        return ids
      }
      const idsOf = (events: readonly { id: string }[]) => events.map(({ id }) => id).sort()
      const leasedOne = async () => {
        const [event] = await ledger.events.lease(1, 1)
        if (!event) throw new Error('nothing was due')
        return event
      }
      const rowOf = (id: string) =>
        opened.database
          .selectFrom('payment_events')
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirstOrThrow()

      test('leases each event to one instance until the lease ends', async () => {
        const ids = await declined(30)
        const instances = Array.from({ length: 3 }, () => ledgerOf({ database: opened.connect() }))
        // One that meets rows which another has just taken gets fewer than it asked for: the rest is there for the next who asks.
        const leaseAll = async () => {
          const taken = (await Promise.all(instances.map(({ events }) => events.lease(20, 20)))).flat()
          return [...taken, ...(await ledger.events.lease(30, 30))]
        }
        const leased = await leaseAll()
        expect(idsOf(leased)).toEqual(ids.toSorted())
        expect(leased[0]).toMatchObject({ tries: 1, type: 'payment.declined', firstTriedAtMs: nowMs })
        nowMs += EVENT_LEASE_MS - 1
        expect(await ledger.events.lease(30, 30)).toEqual([])
        nowMs += 1
        const again = await leaseAll()
        expect(idsOf(again)).toEqual(ids.toSorted())
        expect(again.map(({ tries }) => tries)).toEqual(ids.map(() => 2))
      })

      test('the body is the same at every try', async () => {
        await declined(1)
        const first = await leasedOne()
        await ledger.events.markFailed(first, 'answered 500', nowMs + 1_000)
        nowMs += 1_000
        const second = await leasedOne()
        expect([second.id, second.body, second.tries]).toEqual([first.id, first.body, 2])
        expect(second.firstTriedAtMs).toBe(first.firstTriedAtMs)
      })

      test('new events go before those that have failed, which take so many places at most', async () => {
        const failed = await declined(5)
        for (const event of await ledger.events.lease(5, 5))
          await ledger.events.markFailed(event, 'answered 500', nowMs)
        const fresh = await declined(3)
        const leased = await ledger.events.lease(6, 2)
        expect(idsOf(leased.slice(0, 3))).toEqual(fresh.toSorted())
        expect(leased).toHaveLength(5)
        expect(leased.slice(3).every(({ id }) => failed.includes(id))).toBe(true)
      })

      test('what was delivered is not sent again, and is forgotten in batches', async () => {
        const [id = ''] = await declined(1)
        await ledger.events.markDelivered((await leasedOne()).id)
        nowMs += 10 * EVENT_LEASE_MS
        expect(await ledger.events.lease(9, 9)).toEqual([])
        expect(await ledger.events.deleteDelivered((await rowOf(id)).delivered_at_ms ?? 0)).toBe(0)
        expect(await ledger.events.deleteDelivered(nowMs)).toBe(1)
        expect(await ledger.events.deleteDelivered(nowMs)).toBe(0)
      })

      test('what a clock that was ahead has put off is brought forward, and nothing else is', async () => {
        const [far = '', near = '', never = ''] = await declined(3)
        const dueOf = async (id: string) => (await rowOf(id)).next_try_at_ms
        for (const event of await ledger.events.lease(3, 3)) {
          const atMs = { [far]: nowMs + 9_001, [near]: nowMs + 9_000 }[event.id] ?? null
          await ledger.events.markFailed(event, 'answered 500', atMs)
        }
        expect(await ledger.events.bringForward(nowMs + 9_000)).toBe(1)
        expect([await dueOf(far), await dueOf(near), await dueOf(never)]).toEqual([
          nowMs,
          nowMs + 9_000,
          null,
        ])
        expect(idsOf(await ledger.events.lease(9, 9))).toEqual([far])
      })

      test('an instance whose lease has ended does not undo what another one wrote', async () => {
        await declined(1)
        const late = await leasedOne()
        nowMs += EVENT_LEASE_MS
        const own = await leasedOne()
        await ledger.events.markFailed(late, 'no answer', null)
        expect(await rowOf(own.id)).toMatchObject({ dead_at_ms: null, tries: 2 })
        await ledger.events.markDelivered(own.id)
        await ledger.events.markFailed(own, 'no answer', nowMs)
        expect(await rowOf(own.id)).toMatchObject({ delivered_at_ms: nowMs, next_try_at_ms: null })
      })

      test('what was given up is listed and counted, and a person has it sent again', async () => {
        const ids = await declined(3)
        const [first, second] = await ledger.events.lease(2, 0)
        if (!first || !second) throw new Error('nothing was due')
        await ledger.events.markFailed(first, 'answered 410', null)
        await ledger.events.markFailed(second, 'answered 500', nowMs + 5_000)
        const listed = await ledger.events.list(10)
        expect(listed).toHaveLength(3)
        expect(listed[0]).toMatchObject({
          id: first.id,
          deadAtMs: nowMs,
          nextTryAtMs: null,
          tries: 1,
          lastFailure: 'answered 410',
        })
        expect(listed[1]).toMatchObject({ id: second.id, deadAtMs: null, nextTryAtMs: nowMs + 5_000 })
        const oldestMs = nowMs - (second.id === ids[0] ? 1_000_000 : 1_000_001)
        expect(await ledger.events.count()).toEqual({ waiting: 2, oldestMs, dead: 1 })

        nowMs += 1_000
        expect(await ledger.events.repeat('evt_other')).toBe(false)
        expect(await ledger.events.repeatDead()).toBe(1)
        expect(await ledger.events.repeatDead()).toBe(0)
        expect(await ledger.events.repeat(second.id)).toBe(true)
        const leased = await ledger.events.lease(10, 10)
        expect(idsOf(leased)).toEqual(ids.toSorted())
        expect(leased.map(({ tries, firstTriedAtMs }) => [tries, firstTriedAtMs])).toEqual(
          ids.map(() => [1, nowMs]),
        )
      })

      test('an event that a person asks for while it is sent is sent once more', async () => {
        const [id = ''] = await declined(1)
        const event = await leasedOne()
        await ledger.events.repeat(id)
        await ledger.events.markDelivered(event.id)
        expect(idsOf(await ledger.events.lease(1, 0))).toEqual([id])
      })

      test('one store does not send what is told of another', async () => {
        await declined(1)
        const other = createLedger({
          database: opened.database,
          storeHash: 'store-2',
          now: () => nowMs,
          velocityWindowMs: 1,
          orderFailuresMax: 0,
        })
        expect(await other.events.lease(9, 9)).toEqual([])
        expect(await other.events.count()).toEqual({ waiting: 0, oldestMs: 0, dead: 0 })
        expect(await other.events.list(9)).toEqual([])
        expect(await other.events.repeatDead()).toBe(0)
      })
    })
  })
}
