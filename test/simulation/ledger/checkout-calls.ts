import { MAKINGS_MAX, MAKINGS_WITHIN_MS, nextMakingLookMs } from '../../../src/domain/checkout.ts'
import { isFreeAgain } from '../../../src/domain/idempotency-key.ts'
import { mayHaveCharged, type PaymentAttempt } from '../../../src/domain/payment-attempt.ts'
import type { Checkouts } from '../../../src/stores/checkouts.ts'
import { insertAttempt, knownKey } from './insert-attempt.ts'
import type { Sync } from './ledger-calls.ts'
import { type AttemptRow, keyOf, type LedgerRows, type MakingRow, toAttempt } from './ledger-rows.ts'

const leaseMs = 20_000

/** The statements of `Checkouts`. */
export function createCheckoutCalls(rows: LedgerRows): Sync<Checkouts> {
  const { attempts, byId, checkouts, makings } = rows

  function paymentsOf(checkoutId: string): PaymentAttempt[] {
    const boundTo = checkouts.get(checkoutId)?.orderId ?? null
    return attempts
      .filter((row) => row.cartId === checkoutId || (boundTo !== null && row.orderId === boundTo))
      .sort((one, other) => other.createdAtMs - one.createdAtMs || (one.id < other.id ? -1 : 1))
      .map(toAttempt)
  }

  /** Whether its checkout waits for this making's order. */
  const isAwaited = ({ attemptId, checkoutId }: MakingRow): boolean => {
    const row = checkouts.get(checkoutId)
    return row?.holder === attemptId && row.orderId === null
  }

  function noteMade(nowMs: number, attemptId: string, orderId: number): PaymentAttempt | null {
    const making = makings.get(attemptId)
    const row = byId.get(attemptId)
    if (making) {
      const isBound = isAwaited(making)
      Object.assign(making, { orderId, nextLookAtMs: null, leasedUntilMs: null })
      if (isBound) {
        checkouts.set(making.checkoutId, { orderId, holder: attemptId })
        if (row) giveOrder(row, orderId, nowMs)
      }
    }
    return row ? toAttempt(row) : null
  }

  /** The payment that waits for the order holds it from now on, unless another one does. */
  function giveOrder(row: AttemptRow, orderId: number, nowMs: number): void {
    const isHeld = attempts.some((other) => other.orderId === orderId && other.holdsOrder)
    if (row.status !== 'claimed' || row.orderId !== null || isHeld) return
    Object.assign(row, { orderId, holdsOrder: true, updatedAtMs: nowMs })
  }

  function free(making: MakingRow): void {
    if (isAwaited(making)) checkouts.delete(making.checkoutId)
  }

  const makingsOf = (checkoutId: string) =>
    [...makings.values()].filter((making) => making.checkoutId === checkoutId).length

  return {
    find(_nowMs, checkoutId) {
      const row = checkouts.get(checkoutId)
      const holder = row ? byId.get(row.holder) : undefined
      const boundTo = holder ? (row?.orderId ?? null) : null
      return {
        boundTo,
        ordering: holder && boundTo === null ? toAttempt(holder) : null,
        made: [...makings.values()]
          .filter((making) => making.checkoutId === checkoutId)
          .flatMap(({ orderId, cart }) => (orderId === null ? [] : [{ orderId, cart }])),
        makings: makingsOf(checkoutId),
        payments: paymentsOf(checkoutId),
      }
    },

    claimOrdering(
      nowMs,
      scope,
      fingerprint,
      { checkoutId, boundTo, makings: count, cart, newestOrder, ...attempt },
    ) {
      const key = rows.keys.get(keyOf(scope))
      const known = key && knownKey(rows, key)
      if (known && !isFreeAgain(known, fingerprint)) return { kind: 'known', known }
      const row = checkouts.get(checkoutId)
      if (row && (row.orderId === null || row.orderId !== boundTo)) return { kind: 'changed' }
      const isLookedFor = [...makings.values()].some(
        (each) => each.checkoutId === checkoutId && each.nextLookAtMs !== null,
      )
      if (
        paymentsOf(checkoutId).some(({ status }) => mayHaveCharged(status)) ||
        makingsOf(checkoutId) !== count ||
        isLookedFor
      )
        return { kind: 'changed' }
      const begun = [...makings.values()]
        .filter((each) => each.checkoutId === checkoutId && each.begunAtMs > nowMs - MAKINGS_WITHIN_MS)
        .sort((one, other) => other.begunAtMs - one.begunAtMs)
      const first = begun[MAKINGS_MAX - 1]
      if (first) {
        const retryAfterSeconds = Math.ceil((first.begunAtMs + MAKINGS_WITHIN_MS - nowMs) / 1_000)
        return { kind: 'too_many_orders', retryAfterSeconds }
      }
      const claimed = insertAttempt(rows, nowMs, {
        scope,
        fingerprint,
        attempt: { ...attempt, orderId: null, cartId: checkoutId },
      })
      makings.set(attempt.id, {
        attemptId: attempt.id,
        checkoutId,
        cart,
        newestOrder,
        begunAtMs: nowMs,
        orderId: null,
        emptyLooks: 0,
        nextLookAtMs: nextMakingLookMs(nowMs, 0, nowMs),
        leasedUntilMs: null,
      })
      checkouts.set(checkoutId, { orderId: null, holder: attempt.id })
      return { kind: 'claimed', attempt: toAttempt(claimed) }
    },

    noteMade,

    noteNotMade(_nowMs, attemptId) {
      const making = makings.get(attemptId)
      if (!making) return
      free(making)
      makings.delete(attemptId)
    },

    leaseMakings(nowMs, limit) {
      const due = [...makings.values()]
        .filter(({ nextLookAtMs }) => nextLookAtMs !== null && nextLookAtMs <= nowMs)
        .filter(({ leasedUntilMs }) => leasedUntilMs === null || leasedUntilMs <= nowMs)
        .sort((one, other) => (one.nextLookAtMs ?? 0) - (other.nextLookAtMs ?? 0))
        .slice(0, limit)
      return due.flatMap((making) => {
        making.leasedUntilMs = nowMs + leaseMs
        const row = byId.get(making.attemptId)
        const { checkoutId, cart, newestOrder } = making
        return row ? [{ attempt: toAttempt(row), checkoutId, cart, newestOrder }] : []
      })
    },

    concludeMaking(nowMs, attemptId, look) {
      if (look.kind === 'found') {
        noteMade(nowMs, attemptId, look.orderId)
        return
      }
      const making = makings.get(attemptId)
      if (!making || making.nextLookAtMs === null) return
      making.emptyLooks += look.kind === 'empty' ? 1 : 0
      making.nextLookAtMs = nextMakingLookMs(
        making.begunAtMs,
        look.kind === 'empty' ? making.emptyLooks : 0,
        nowMs,
      )
      making.leasedUntilMs = null
      if (making.nextLookAtMs === null) free(making)
    },

    wakeMakings(nowMs, checkoutId) {
      for (const making of makings.values())
        if (making.checkoutId === checkoutId && making.nextLookAtMs !== null) making.nextLookAtMs = nowMs
    },
  }
}
