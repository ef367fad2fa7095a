import type { Order, OrderReading } from './order.ts'
import { mayHaveCharged, type PaymentAttempt } from './payment-attempt.ts'
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
  const { total, due } = order ?? {}
  if (!total || !due || part.amount === null || total.currency !== part.currency) return false
  const mayExplain = ({ status, instrumentType }: PaymentAttempt) =>
    paysAPart(instrumentType) && mayHaveCharged(status)
  if (!paysAPart(part.instrumentType)) return false
  if (others.some((other) => mayExplain(other) && preparedBefore(part, other) <= 0)) return false
  // Merchants edit totals, but not what is taken off. If we do not know the total of that time, we use the last one before it, or today's.
  const before = others
    .filter((other) => other.orderTotal !== null && preparedBefore(other, part) < 0)
    .sort(preparedBefore)
    .at(-1)
  const orderTotal = part.orderTotal ?? before?.orderTotal ?? total.amount
  return total.amount - due.amount > orderTotal - part.amount
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
  const paidParts = all.filter(
    ({ status, instrumentType }) => status === 'succeeded' && paysAPart(instrumentType),
  )
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
