import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NewAttempt } from '../../src/domain/payment-attempt.ts'
import type { NewOrdering } from '../../src/stores/checkouts.ts'
import { createLedger, type Ledger } from '../../src/stores/ledger.ts'
import type { Engine, OpenedLedger } from './engines.ts'
import { newAttempt, nothingFound, scopeOf, sendingOf } from './wanted-attempts.ts'

const checkoutId = '0a1b2c3d-0000-4000-8000-00000000abcd'
const cart = { contents: 'two posters', editedAtMs: 500 }
const due = { amount: 6098, currency: 'USD' }
const minuteMs = 60_000

/** What every ledger promises about checkouts, whichever database it is kept in. */
export function describeCheckouts({ name, open }: Pick<Engine, 'open'> & { readonly name: string }): void {
  describe(`checkouts on ${name}`, () => {
    let opened: OpenedLedger
    let nowMs: number
    let ledger: Ledger

    beforeEach(async () => {
      opened = await open()
      nowMs = 1_000_000
      ledger = createLedger({
        database: opened.database,
        storeHash: 'store-1',
        now: () => nowMs,
        velocityWindowMs: 60 * minuteMs,
        orderFailuresMax: 2,
        countsByCheckout: true,
      })
    })
    afterEach(() => opened.close())

    const { orderId: _none, cartId: _neither, ...noOrder } = newAttempt()
    const ordering = (change: Partial<NewOrdering> = {}): NewOrdering => ({
      ...noOrder,
      id: newAttempt().id,
      checkoutId,
      boundTo: null,
      makings: 0,
      cart,
      newestOrder: 0,
      ...change,
    })
    const claimOrdering = async (key: string, change: Partial<NewOrdering> = {}) => {
      const { makings } = await ledger.checkouts.find(change.checkoutId ?? checkoutId)
      const scope = scopeOf(key, { operation: 'payCheckout' })
      return ledger.checkouts.claimOrdering(scope, 'body-1', ordering({ makings, ...change }))
    }
    const ordered = async (key: string, change: Partial<NewOrdering> = {}) => {
      const claim = await claimOrdering(key, change)
      if (claim.kind !== 'claimed') throw new Error(`was ${claim.kind}`)
      return claim.attempt
    }
    const claimed = async (key: string, change: Partial<NewAttempt> = {}) => {
      const claim = await ledger.attempts.claim(
        scopeOf(key),
        'body-1',
        newAttempt({ cartId: checkoutId, ...change }),
      )
      if (claim.kind !== 'claimed') throw new Error(`was ${claim.kind}`)
      return claim.attempt
    }
    const markSending = (id: string) => ledger.attempts.markSending(id, sendingOf(due, 5_000_000))
    const end = (id: string, status: 'declined' | 'not_sent' | 'succeeded' | 'unknown') =>
      ledger.attempts.settle(id, { status }, () => null)
    const sent = async (key: string, change: Partial<NewAttempt> = {}) => {
      const attempt = await claimed(key, change)
      expect(await markSending(attempt.id)).toBe('sending')
      return attempt
    }

    test('a checkout that is new is bound to nothing', async () => {
      expect(await ledger.checkouts.find(checkoutId)).toEqual({
        boundTo: null,
        ordering: null,
        made: [],
        makings: 0,
        payments: [],
      })
    })

    test('ordering is on record before there is an order, and goes on with the order that was made', async () => {
      const attempt = await ordered('k1')
      expect(attempt).toMatchObject({
        orderId: null,
        cartId: checkoutId,
        status: 'claimed',
        holdsOrder: false,
      })
      expect(await ledger.checkouts.find(checkoutId)).toMatchObject({
        boundTo: null,
        ordering: { id: attempt.id },
        payments: [{ id: attempt.id }],
      })
      expect(await ledger.checkouts.noteMade(attempt.id, 118)).toMatchObject({
        orderId: 118,
        holdsOrder: true,
      })
      expect(await ledger.checkouts.find(checkoutId)).toMatchObject({
        boundTo: 118,
        ordering: null,
        made: [{ orderId: 118, cart }],
      })
      expect((await ledger.attempts.findFence(118))?.id).toBe(attempt.id)
      expect(await markSending(attempt.id)).toBe('sending')
    })

    test('an order that was asked for since, and has come to nothing, is news too', async () => {
      const { makings } = await ledger.checkouts.find(checkoutId)
      const attempt = await ordered('k1')
      await end(attempt.id, 'not_sent')
      nowMs += 2 * minuteMs
      for (let looks = 0; looks < 3; looks++)
        await ledger.checkouts.concludeMaking(attempt.id, { kind: 'empty' })
      expect((await claimOrdering('k2', { makings })).kind).toBe('changed')
      expect((await claimOrdering('k2')).kind).toBe('claimed')
    })

    test('the key stands for the payment from then on', async () => {
      const attempt = await ordered('k1')
      expect(await claimOrdering('k1')).toMatchObject({
        kind: 'known',
        known: { attempt: { id: attempt.id } },
      })
      await end(attempt.id, 'not_sent')
      await ledger.checkouts.noteNotMade(attempt.id)
      expect((await claimOrdering('k1')).kind).toBe('claimed')
    })

    test('while an order is being made no other one is, and none of the checkout is charged', async () => {
      const other = await claimed('k0', { orderId: 7 })
      await ordered('k1')
      expect((await claimOrdering('k2')).kind).toBe('changed')
      expect(await markSending(other.id)).toBe('checkout_busy')
      const claim = await ledger.attempts.claim(
        scopeOf('k3'),
        'body-1',
        newAttempt({ orderId: 8, cartId: checkoutId }),
      )
      expect(claim).toEqual({ kind: 'checkout', standing: 'busy' })
    })

    test('of many that want to make an order at the same moment one may', async () => {
      const claims = await Promise.all(Array.from({ length: 8 }, (_, index) => claimOrdering(`k${index}`)))
      expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1)
      expect(claims.filter(({ kind }) => kind === 'changed')).toHaveLength(7)
    })

    test('a checkout of another store is another one', async () => {
      await ordered('k1')
      const elsewhere = createLedger({
        database: opened.database,
        storeHash: 'store-2',
        now: () => nowMs,
        velocityWindowMs: minuteMs,
        orderFailuresMax: 0,
        countsByCheckout: true,
      })
      expect(await elsewhere.checkouts.find(checkoutId)).toMatchObject({ ordering: null, payments: [] })
      expect((await elsewhere.checkouts.claimOrdering(scopeOf('k1'), 'body-1', ordering())).kind).toBe(
        'claimed',
      )
    })

    test('where nothing was made the checkout is free, and the try does not count', async () => {
      for (let tries = 0; tries < 7; tries++) {
        const attempt = await ordered(`k${tries}`)
        await ledger.checkouts.noteNotMade(attempt.id)
        await end(attempt.id, 'not_sent')
      }
      expect(await ledger.checkouts.find(checkoutId)).toMatchObject({ ordering: null, boundTo: null })
    })

    test('it is decided again where the checkout was bound meanwhile', async () => {
      const first = await ordered('k1')
      await ledger.checkouts.noteMade(first.id, 118)
      expect((await claimOrdering('k2')).kind).toBe('changed')
      expect((await claimOrdering('k2', { boundTo: 117 })).kind).toBe('changed')
      expect((await claimOrdering('k2', { boundTo: 118 })).kind).toBe('claimed')
    })

    test.each([
      ['sent', 'changed'],
      ['unknown', 'changed'],
      ['succeeded', 'changed'],
      ['declined', 'claimed'],
      ['not_sent', 'claimed'],
    ] as const)(
      'another order may be made while a payment on the bound one is %s: %s',
      async (status, kind) => {
        const first = await sent('k1', { orderId: 118 })
        if (status !== 'sent') await end(first.id, status)
        expect((await claimOrdering('k2', { boundTo: 118 })).kind).toBe(kind)
      },
    )

    test('five orders are made of a checkout within an hour, and then no more', async () => {
      let boundTo: number | null = null
      for (let made = 1; made <= 5; made++) {
        const attempt = await ordered(`k${made}`, { boundTo })
        await ledger.checkouts.noteMade(attempt.id, made)
        await end(attempt.id, 'not_sent')
        boundTo = made
        nowMs += minuteMs
      }
      expect(await claimOrdering('k6', { boundTo })).toEqual({
        kind: 'too_many_orders',
        retryAfterSeconds: 55 * 60,
      })
      nowMs += 55 * minuteMs
      expect((await claimOrdering('k6', { boundTo })).kind).toBe('claimed')
    })

    test('declines are counted over all orders of a checkout', async () => {
      for (const orderId of [118, 119]) await end((await sent(`k${orderId}`, { orderId })).id, 'declined')
      const claim = await ledger.attempts.claim(
        scopeOf('k3'),
        'body-1',
        newAttempt({ orderId: 120, cartId: checkoutId }),
      )
      expect(claim).toEqual({ kind: 'blocked', retryAfterSeconds: 3_600 })
      expect(await claimOrdering('k4', { boundTo: 119 })).toEqual({
        kind: 'blocked',
        retryAfterSeconds: 3_600,
      })
      expect((await ledger.attempts.claim(scopeOf('k5'), 'body-1', newAttempt({ orderId: 120 }))).kind).toBe(
        'claimed',
      )
    })

    describe('a process that wakes late cannot go on', () => {
      test('where its payment was ended meanwhile: the order is the checkout’s all the same', async () => {
        const attempt = await ordered('k1')
        await end(attempt.id, 'not_sent')
        expect(await ledger.checkouts.noteMade(attempt.id, 118)).toMatchObject({
          orderId: null,
          status: 'not_sent',
        })
        expect(await ledger.checkouts.find(checkoutId)).toMatchObject({ boundTo: 118 })
        expect(await markSending(attempt.id)).toBe('not_ours')
      })

      test('where another order of the checkout was taken meanwhile', async () => {
        const attempt = await ordered('k1')
        await end(attempt.id, 'not_sent')
        await sent('k2', { orderId: 7 })
        await ledger.checkouts.noteMade(attempt.id, 118)
        expect(await ledger.checkouts.find(checkoutId)).toMatchObject({
          boundTo: 7,
          made: [{ orderId: 118 }],
        })
      })

      test('where one that was asked for is still looked for, although another order of the checkout was paid for since', async () => {
        const making = await ordered('k1')
        await end(making.id, 'not_sent')
        await end((await sent('k2', { orderId: 7 })).id, 'declined')
        expect(await claimOrdering('k3', { boundTo: 7 })).toEqual({ kind: 'changed' })
        nowMs += 2 * minuteMs
        for (let looks = 0; looks < 3; looks++) {
          await ledger.checkouts.concludeMaking(making.id, { kind: 'empty' })
          nowMs += 10_000
        }
        expect((await claimOrdering('k4', { boundTo: 7 })).kind).toBe('claimed')
      })

      test('where another order was made meanwhile', async () => {
        const first = await ordered('k1')
        await end(first.id, 'not_sent')
        nowMs += 2 * minuteMs
        for (let looks = 0; looks < 3; looks++) {
          await ledger.checkouts.concludeMaking(first.id, { kind: 'empty' })
          nowMs += 10_000
        }
        const second = await ordered('k2')
        await ledger.checkouts.noteMade(first.id, 118)
        expect(await ledger.checkouts.find(checkoutId)).toMatchObject({
          boundTo: null,
          ordering: { id: second.id },
        })
        await ledger.checkouts.noteNotMade(first.id)
        expect((await ledger.checkouts.find(checkoutId)).ordering?.id).toBe(second.id)
      })

      test('where another payment holds the order already', async () => {
        const attempt = await ordered('k1')
        const holder = await ledger.attempts.claim(scopeOf('k2'), 'body-1', newAttempt({ orderId: 118 }))
        expect(holder.kind).toBe('claimed')
        expect(await ledger.checkouts.noteMade(attempt.id, 118)).toMatchObject({ orderId: null })
        expect(await markSending(attempt.id)).not.toBe('sending')
      })
    })

    const claimOn = (orderId: number, key: string) =>
      ledger.attempts.claim(scopeOf(key), 'body-1', newAttempt({ cartId: checkoutId, orderId }))

    const declinedInDoubt = async (change: Partial<NewAttempt>) => {
      const attempt = await sent('k1', change)
      await end(attempt.id, 'unknown')
      await end(attempt.id, 'declined')
      return attempt
    }

    test('a charge that shows late takes the checkout back from an order that is being made', async () => {
      const late = await declinedInDoubt({ orderId: 7 })
      const attempt = await ordered('k2', { boundTo: 7 })
      await end(late.id, 'succeeded')
      await ledger.checkouts.noteMade(attempt.id, 118)
      expect(await ledger.checkouts.find(checkoutId)).toMatchObject({ boundTo: 7 })
      expect(await markSending(attempt.id)).not.toBe('sending')
    })

    test('a charge that shows late takes no checkout from an order that is paid: what is left of the other one is not charged as well', async () => {
      const late = await declinedInDoubt({ orderId: 7, instrumentType: 'gift_certificate' })
      const paid = await sent('k2', { orderId: 8 })
      await end(paid.id, 'succeeded')
      await end(late.id, 'succeeded')
      expect(await claimOn(7, 'k3')).toEqual({ kind: 'checkout', standing: 'paid' })
    })

    test('a charge of the whole that shows late, with a part paid on the other order: the rest of that one is not charged as well', async () => {
      const late = await declinedInDoubt({ orderId: 7 })
      const part = await sent('k2', { orderId: 8, instrumentType: 'gift_certificate' })
      await end(part.id, 'succeeded')
      await end(late.id, 'succeeded')
      expect(await claimOn(8, 'k3')).toEqual({ kind: 'checkout', standing: 'paid' })
    })

    test('a part that shows late, with a part paid on the other order: neither one’s rest is charged', async () => {
      const late = await declinedInDoubt({ orderId: 7, instrumentType: 'gift_certificate' })
      const part = await sent('k2', { orderId: 8, instrumentType: 'store_credit' })
      await end(part.id, 'succeeded')
      await end(late.id, 'succeeded')
      expect(await claimOn(7, 'k3')).toEqual({ kind: 'checkout', standing: 'paid' })
      expect(await claimOn(8, 'k4')).toEqual({ kind: 'checkout', standing: 'paid' })
    })

    test('a charge that no payment accounts for keeps every other order of its checkout from being charged', async () => {
      const first = await declinedInDoubt({ orderId: 7 })
      const claimed = await claimOn(8, 'k2')
      const shown = { ...nothingFound, isUnaccounted: true, alert: 'late_charge' as const }
      await ledger.unsettled.conclude(
        first.id,
        () => shown,
        () => null,
        nowMs,
      )
      expect(claimed.kind === 'claimed' && (await markSending(claimed.attempt.id))).toBe('checkout_paid')
      expect(await claimOn(9, 'k3')).toEqual({ kind: 'checkout', standing: 'paid' })
    })

    describe('a charge that was turned away is not sent again', () => {
      test.each([7, 8])('once a late one has paid order %i of its checkout', async (orderId) => {
        const late = await declinedInDoubt({ orderId: 7 })
        const turnedAway = await sent('k2', { orderId })
        expect(await ledger.attempts.markSendingAgain(turnedAway.id)).toBe(true)
        await end(late.id, 'succeeded')
        expect(await ledger.attempts.markSendingAgain(turnedAway.id)).toBe(false)
      })

      test('once a late part has shown on its order', async () => {
        const late = await declinedInDoubt({ orderId: 7, instrumentType: 'gift_certificate' })
        const turnedAway = await sent('k2', { orderId: 7 })
        await end(late.id, 'succeeded')
        expect(await ledger.attempts.markSendingAgain(turnedAway.id)).toBe(false)
      })

      test('but is after a part that was paid before it was sent', async () => {
        const part = await sent('k1', { orderId: 7, instrumentType: 'gift_certificate' })
        await end(part.id, 'succeeded')
        nowMs += 1_000
        const turnedAway = await sent('k2', { orderId: 7 })
        expect(await ledger.attempts.markSendingAgain(turnedAway.id)).toBe(true)
      })

      test('once a charge shows that no payment accounts for', async () => {
        const turnedAway = await sent('k1', { orderId: 7 })
        const shown = { ...nothingFound, isUnaccounted: true, alert: 'late_charge' as const }
        await ledger.unsettled.conclude(
          turnedAway.id,
          () => shown,
          () => null,
          nowMs,
        )
        expect(await ledger.attempts.markSendingAgain(turnedAway.id)).toBe(false)
      })
    })

    describe('a part that shows late while a payment on the other order is sent', () => {
      const shown = async () => {
        const late = await declinedInDoubt({ orderId: 7, instrumentType: 'gift_certificate' })
        const other = await sent('k2', { orderId: 8 })
        await end(late.id, 'succeeded')
        return other
      }

      test('keeps both orders from being charged while that one has no end', async () => {
        const other = await shown()
        await end(other.id, 'unknown')
        expect(await claimOn(7, 'k3')).toEqual({ kind: 'checkout', standing: 'busy' })
        expect((await claimOn(8, 'k4')).kind).toBe('fenced')
      })

      test('leaves the rest to its own order where that one fails', async () => {
        const other = await shown()
        await end(other.id, 'declined')
        expect(await claimOn(8, 'k3')).toEqual({ kind: 'checkout', standing: 'paid' })
        expect(await ledger.checkouts.find(checkoutId)).toMatchObject({ boundTo: 7 })
        const rest = await claimOn(7, 'k4')
        expect(rest.kind === 'claimed' && (await markSending(rest.attempt.id))).toBe('sending')
      })

      test('is not followed by the rest where that one succeeds', async () => {
        const other = await shown()
        await end(other.id, 'succeeded')
        expect(await claimOn(7, 'k3')).toEqual({ kind: 'checkout', standing: 'paid' })
      })
    })

    test('a payment of before attempts named their checkout keeps it from another order all the same', async () => {
      const old = await sent('k1', { orderId: 7 })
      await opened.database.updateTable('payment_attempts').set({ checkout_id: null }).execute()
      expect(await claimOn(8, 'k2')).toEqual({ kind: 'checkout', standing: 'busy' })
      await end(old.id, 'unknown')
      await end(old.id, 'succeeded')
      expect(await claimOn(8, 'k3')).toEqual({ kind: 'checkout', standing: 'paid' })
    })

    test('a charge that shows late on another order stops what was claimed before it', async () => {
      const late = await declinedInDoubt({ orderId: 7 })
      await end((await sent('k2', { orderId: 8 })).id, 'not_sent')
      const claimed = await claimOn(8, 'k3')
      await end(late.id, 'succeeded')
      expect(claimed.kind === 'claimed' && (await markSending(claimed.attempt.id))).toBe('checkout_paid')
    })

    test('a charge that shows late stops the rest of a part on another order that was claimed before it', async () => {
      const late = await declinedInDoubt({ orderId: 7 })
      const part = await sent('k2', { orderId: 8, instrumentType: 'gift_certificate' })
      await end(part.id, 'succeeded')
      const rest = await claimOn(8, 'k3')
      await end(late.id, 'succeeded')
      expect(rest.kind === 'claimed' && (await markSending(rest.attempt.id))).toBe('checkout_paid')
    })

    test('a charge that shows late while the other order is sent stops the next payment there', async () => {
      const late = await declinedInDoubt({ orderId: 7 })
      const other = await sent('k2', { orderId: 8 })
      await end(late.id, 'succeeded')
      await end(other.id, 'declined')
      expect(await claimOn(8, 'k3')).toEqual({ kind: 'checkout', standing: 'paid' })
    })

    describe('the order of a lost answer', () => {
      test('is looked for when it is due, by one instance at a time', async () => {
        const attempt = await ordered('k1', { newestOrder: 110 })
        expect(await ledger.checkouts.leaseMakings(4)).toEqual([])
        nowMs += 2_000
        const making = { attempt: { id: attempt.id }, checkoutId, cart, newestOrder: 110 }
        expect(await ledger.checkouts.leaseMakings(4)).toMatchObject([making])
        expect(await ledger.checkouts.leaseMakings(4)).toEqual([])
        nowMs += 20_000
        expect(await ledger.checkouts.leaseMakings(4)).toMatchObject([making])
      })

      test('binds the checkout when it is found, and its payment where that still waits', async () => {
        const attempt = await ordered('k1')
        await ledger.checkouts.concludeMaking(attempt.id, { kind: 'found', orderId: 118 })
        expect(await ledger.checkouts.find(checkoutId)).toMatchObject({
          boundTo: 118,
          payments: [{ id: attempt.id, orderId: 118 }],
        })
        nowMs += minuteMs
        expect(await ledger.checkouts.leaseMakings(4)).toEqual([])
      })

      test('is given up after three complete looks over a minute', async () => {
        const attempt = await ordered('k1')
        await end(attempt.id, 'not_sent')
        const ages: number[] = []
        for (let round = 0; round < 100; round++) {
          nowMs += 1_000
          const [due] = await ledger.checkouts.leaseMakings(4)
          if (!due) continue
          ages.push((nowMs - 1_000_000) / 1_000)
          await ledger.checkouts.concludeMaking(attempt.id, { kind: 'empty' })
          if (ages.length < 6) expect((await claimOrdering('k2')).kind).toBe('changed')
        }
        expect(ages).toEqual([2, 5, 10, 20, 40, 60])
        expect((await claimOrdering('k2')).kind).toBe('claimed')
      })

      test('is not given up by looks that failed', async () => {
        const attempt = await ordered('k1')
        for (let looks = 0; looks < 9; looks++) {
          nowMs += 20_000
          await ledger.checkouts.concludeMaking(attempt.id, { kind: 'failed' })
        }
        nowMs += 20_000
        await ledger.checkouts.concludeMaking(attempt.id, { kind: 'empty' })
        expect((await ledger.checkouts.find(checkoutId)).ordering?.id).toBe(attempt.id)
      })

      test('is looked for at once when BigCommerce tells of it', async () => {
        await ordered('k1')
        await ledger.checkouts.wakeMakings(checkoutId)
        expect(await ledger.checkouts.leaseMakings(4)).toHaveLength(1)
      })
    })

    test('payments of all its orders are listed, newest first', async () => {
      const ids: string[] = []
      for (const orderId of [118, 119]) {
        const { id } = await claimed(`k${orderId}`, { orderId })
        ids.unshift(id)
        await end(id, 'not_sent')
        nowMs += 1
      }
      const { id } = await claimed('k3', { orderId: 119, cartId: null })
      const { payments } = await ledger.checkouts.find(checkoutId)
      expect(payments.map((payment) => payment.id)).toEqual(ids)
      await end(id, 'not_sent')
      await sent('k4', { orderId: 119 })
      expect((await ledger.checkouts.find(checkoutId)).payments).toHaveLength(4)
    })

    test('recovery ends a payment that died while it was ordering, and says that it had no order', async () => {
      const attempt = await ordered('k1')
      nowMs += minuteMs
      const { released } = await ledger.unsettled.recoverAbandoned({
        claimedMs: minuteMs,
        sendingMs: minuteMs,
      })
      expect(released).toEqual([{ paymentId: attempt.id, orderId: null }])
      expect((await ledger.checkouts.find(checkoutId)).ordering).toMatchObject({ status: 'not_sent' })
    })
  })
}
