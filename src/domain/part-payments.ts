import type { Order, OrderReading } from './order.ts'
import { hasPaidAPart, mayHaveCharged, type PaymentAttempt } from './payment-attempt.ts'
import { paysAPart } from './payment-instrument.ts'

/**
 * How much a part payment paid, in minor units: what was due before it, less what was due for the next payment, if the order cost the same.
 * null: not known.
 */
export function partPaidBy(part: PaymentAttempt, all: readonly PaymentAttempt[]): number | null {
  const later = nextOf(part, all)
  if (!later || part.orderTotal === null || later.orderTotal !== part.orderTotal) return null
  const paid = (part.amount ?? 0) - (later.amount ?? 0)
  return part.status === 'succeeded' && paid > 0 ? paid : null
}

/**
 * Whether more is taken off an order than when a part payment was prepared, and no later part explains that: it may be this payment.
 * The amount of its access token says what was due then, so earlier parts are already taken into account.
 */
export function hasBecomeLessDue(
  part: PaymentAttempt,
  order: Order | null,
  others: readonly PaymentAttempt[],
): boolean {
  if (!paysAPart(part.instrumentType)) return false
  const isExplained = others.some((other) => mayHavePaidAPart(other) && preparedBefore(part, other) <= 0)
  return !isExplained && isMoreTakenOff(part, order, others)
}

const mayHavePaidAPart = ({ status, instrumentType }: PaymentAttempt): boolean =>
  paysAPart(instrumentType) && mayHaveCharged(status)

/** Whether balances have taken more off an order than when a payment was prepared. Merchants edit totals, but not what is taken off. */
export function isMoreTakenOff(
  attempt: PaymentAttempt,
  order: Order | null,
  others: readonly PaymentAttempt[],
): boolean {
  const { total, due } = order ?? {}
  if (!total || !due || attempt.amount === null || total.currency !== attempt.currency) return false
  const now = total.amount - due.amount
  return now > 0 && now > takenOffBefore(attempt, attempt.amount, total.amount, others)
}

/**
 * If we do not know the total of that time, we carry over what was taken off at the last payment whose total is known, or its total where
 * a part may have been paid since. Without one we use the total of today.
 */
function takenOffBefore(
  attempt: PaymentAttempt,
  amount: number,
  totalNow: number,
  others: readonly PaymentAttempt[],
): number {
  if (attempt.orderTotal !== null) return attempt.orderTotal - amount
  const earlier = others.filter((other) => preparedBefore(other, attempt) < 0)
  const last = earlier
    .filter((other) => other.orderTotal !== null)
    .sort(preparedBefore)
    .at(-1)
  if (!last || last.orderTotal === null) return totalNow - amount
  const isPaidSince = earlier.some((other) => mayHavePaidAPart(other) && preparedBefore(last, other) <= 0)
  return last.orderTotal - (isPaidSince ? amount : (last.amount ?? amount))
}

/** The payment that was prepared next, and so knows what was due after this one. */
const nextOf = (part: PaymentAttempt, all: readonly PaymentAttempt[]): PaymentAttempt | undefined =>
  all
    .filter(({ id, amount }) => id !== part.id && amount !== null)
    .filter((other) => preparedBefore(part, other) < 0)
    .sort(preparedBefore)[0]

/** By BigCommerce's clock where it is known: those of two instances may differ by more than lies between two payments. */
const preparedBefore = (one: PaymentAttempt, other: PaymentAttempt): number => {
  if (one.patIssuedAtMs === null || other.patIssuedAtMs === null) return one.createdAtMs - other.createdAtMs
  // `Date` has no fractions of a second; of two that were made in one, the part was paid before less of the same was due.
  const becameLess = one.orderTotal === other.orderTotal ? (other.amount ?? 0) - (one.amount ?? 0) : 0
  return one.patIssuedAtMs - other.patIssuedAtMs || becameLess || one.createdAtMs - other.createdAtMs
}

/**
 * The same attempts, with the order's total where it can be told: payments are prepared without reading the order, where that is
 * not needed. If the order shows that exactly as much is paid in part as became less due from one payment to the next, and nothing else
 * was paid in part or given back, its total was the same for both.
 */
export function withTotals(
  all: readonly PaymentAttempt[],
  { order, transactions }: OrderReading,
): readonly PaymentAttempt[] {
  const { total, due } = order ?? {}
  if (!total || !due || transactions.some(({ event }) => event === 'refund')) return all
  const paidParts = all.filter(hasPaidAPart)
  const paidInParts = total.amount - due.amount
  const same = new Set<string>()
  for (const part of all) {
    if (paidParts.some(({ id }) => id !== part.id)) continue
    const later = nextOf(part, all)
    if (paidInParts === 0 || !later || (part.amount ?? 0) - (later.amount ?? 0) !== paidInParts) continue
    same.add(part.id).add(later.id)
  }
  return all.map((attempt) =>
    same.has(attempt.id) && attempt.orderTotal === null ? { ...attempt, orderTotal: total.amount } : attempt,
  )
}
