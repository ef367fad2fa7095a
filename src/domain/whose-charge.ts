import { partPaidBy } from './part-payments.ts'
import { isInDoubt, isSent, type PaymentAttempt } from './payment-attempt.ts'
import { paysAPart } from './payment-instrument.ts'
import type { Trace } from './traces.ts'
import type { Transaction } from './transaction.ts'

/** BigCommerce checks a PAT's `exp` when a payment begins; clocks between its own machines may differ by this much. */
export const patSkewMs = 5 * 60_000
/** `Date` and `date_created` have no fractions of a second. */
const dateResolutionMs = 1_000

/** How many of these traces can be accounted for at most, each by an attempt of its own (a maximum matching, by augmenting paths). */
export function explainedMost(
  traces: readonly Trace[],
  explaining: readonly PaymentAttempt[],
  all: readonly PaymentAttempt[],
): number {
  const takenBy = new Map<Trace, PaymentAttempt>()
  const place = (paid: PaymentAttempt, tried: Set<Trace>): boolean =>
    traces.some((trace) => {
      if (tried.has(trace) || !mayBeOf(trace.start, paid, all) || !mayExplain(paid, trace.start)) return false
      tried.add(trace)
      const before = takenBy.get(trace)
      if (before && !place(before, tried)) return false
      takenBy.set(trace, paid)
      return true
    })
  return explaining.filter((paid) => place(paid, new Set())).length
}

/** A success that came out of doubt had no end while it was looked for: its charge may be long after its PAT. */
const mayExplain = (paid: PaymentAttempt, row: Transaction): boolean =>
  isWithin(row, paid) ||
  (paid.status === 'succeeded' && isInDoubt(paid) && isWithin(row, { ...paid, status: 'unknown' }))

/** Whether a row can be of this attempt: by BigCommerce's payment id where it shows one, else by method, kind and amount. */
export function mayBeOf(row: Transaction, attempt: PaymentAttempt, all: readonly PaymentAttempt[]): boolean {
  const named = all.find(
    ({ bigcommercePaymentId: id }) =>
      id !== null && (id === String(row.id) || id === row.gatewayTransactionId),
  )
  if (named) return named.id === attempt.id
  const { money, paymentMethodId } = row
  if (money === null || attempt.amount === null || money.currency !== attempt.currency) return false
  if (paymentMethodId !== null && paymentMethodId !== attempt.paymentMethodId.toLowerCase()) return false
  const isPart = paysAPart(attempt.instrumentType)
  if (balances.has(row.method) && row.method !== attempt.instrumentType) return false
  if (!isPart) return money.amount === attempt.amount
  const paid = partPaidBy(attempt, all)
  return paid === null ? money.amount <= attempt.amount : money.amount === paid
}

/** `method` of a row that was paid from a balance, spelt as the instrument's type is. */
export const balances = new Set<string>(['gift_certificate', 'store_credit'])

/**
 * Whether a row was made in an attempt's time, by BigCommerce's clock: after its PAT, and for an attempt that has ended before
 * that PAT could begin nothing more. A pending payment ends later.
 */
export function isWithin({ createdAtMs }: Transaction, attempt: PaymentAttempt): boolean {
  const { patIssuedAtMs, patExpiresAtMs } = attempt
  if (createdAtMs === null || patIssuedAtMs === null || patExpiresAtMs === null) return true
  if (attempt.pendingSinceMs !== null) return true
  const hasNoEnd = isSent(attempt.status)
  // A success has a charge somewhere; an end without one must not be corrected by another's.
  const mayBeEarly = hasNoEnd || attempt.status === 'succeeded'
  if (createdAtMs < patIssuedAtMs - (mayBeEarly ? patSkewMs : dateResolutionMs)) return false
  return hasNoEnd || createdAtMs <= patExpiresAtMs + patSkewMs
}
