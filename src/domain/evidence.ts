import { ORDER_STATUS_IDS, type Order, type OrderReading } from './order.ts'
import type { PaymentAttempt } from './payment-attempt.ts'
import { paysAPart } from './payment-instrument.ts'
import type { Transaction, TransactionType } from './transaction.ts'

/** How the other attempts on an order ended. */
export interface PriorOutcomes {
  /** Successes by this attempt's payment method. Their traces are not this attempt's. */
  readonly succeeded: number
  /** Successes by any method: the order has been paid in part. */
  readonly parts: number
  /** Declines by any method, since not every trace says its method. */
  readonly declined: number
  /** Those by any method that charged nothing, and ended only after a lost or pending answer. */
  readonly failedLater: number
}

/** What BigCommerce shows of an order, and what of that comes from our other attempts. */
export interface Evidence extends Pick<OrderReading, 'order' | 'transactions' | 'isWhole'> {
  readonly prior: PriorOutcomes
}

/**
 * What the evidence proves about one attempt.
 *
 * - `declined`: this attempt was begun at BigCommerce, and has failed there.
 * - `seems_declined`: a decline that may be this attempt's. It may also come from a payment outside this service, or from a
 *   second try by the gateway while the first is not shown yet. It proves nothing while a charge can still begin or show.
 * - `untouched`: the order looks as if no payment was ever made. That proves nothing either, as long.
 * - `unclear`: anything else without a trace of this attempt.
 */
export type Verdict =
  | { readonly kind: 'charged'; readonly transactionType: TransactionType; readonly charges: number }
  | { readonly kind: 'pending' | 'declined' | 'seems_declined' | 'untouched' | 'unclear' }

/** The values of `payment_status` that mean that money was taken or reserved. */
const paidStatuses = new Set([
  'captured',
  'authorized',
  'paid',
  'capture pending',
  'partially refunded',
  'refunded',
])
const pendingStatuses = new Set(['pending', 'held for review'])
/**
 * Judges an attempt by counting: if there are more traces of a kind than our other attempts left, one is this attempt's.
 * Our clock is never compared with BigCommerce's. A trace that is not shown yet only delays the verdict. A reading that is
 * not whole may prove that there is a charge, or that there may be one, but never that there is none.
 */
export function judge(attempt: PaymentAttempt, { order, transactions, isWhole, prior }: Evidence): Verdict {
  const own = transactions.filter((transaction) => mayBeOf(attempt, transaction))
  const count = (status: string, ...events: string[]) =>
    own.filter((each) => each.status === status && events.includes(each.event)).length

  // If the gateway shows authorisations, its captures belong to those, and are not counted again.
  const traces = count('ok', 'purchase', 'authorization') || count('ok', 'capture', 'settled')
  const charges = own.some(isNameless)
    ? Math.min(traces, (startedCharges(transactions) || traces) - prior.parts)
    : traces - prior.succeeded
  if (charges > 0) {
    const isReserved = count('ok', 'purchase', 'capture', 'settled') === 0
    return { kind: 'charged', transactionType: isReserved ? 'authorization' : 'purchase', charges }
  }
  if (order && paidStatuses.has(order.paymentStatus) && !isPaidByOthers(own, transactions, prior)) {
    const isReserved = order.paymentStatus === 'authorized'
    return { kind: 'charged', transactionType: isReserved ? 'authorization' : 'purchase', charges: 1 }
  }
  const pendings = own.filter(({ event }) => event === 'pending')
  const followers = ({ id }: Transaction) =>
    own.filter(({ referenceId }) => id !== null && referenceId === id)
  const openPendings = pendings.filter((pending) => followers(pending).length === 0)
  const failedPendings = pendings.filter((pending) =>
    followers(pending).some(({ status }) => status === 'error'),
  )
  // A pending payment may still become a charge, whatever else the order shows.
  if (openPendings.length > 0) return { kind: 'pending' }
  if (!order || !isWhole) return { kind: order && isPending(order, prior) ? 'pending' : 'unclear' }
  if (failedPendings.length > prior.failedLater) return { kind: 'declined' }
  const isOpen = isUntouched(attempt, order, prior)
  const isDeclined = order.statusId === ORDER_STATUS_IDS.declined
  const declines = count('error', 'purchase', 'authorization') - prior.declined
  if (isDeclined || (isOpen && declines > 0)) return { kind: 'seems_declined' }
  if (isPending(order, prior)) return { kind: 'pending' }
  return { kind: isOpen ? 'untouched' : 'unclear' }
}

/** An order that was paid in part is pending for that reason alone. */
const isPending = (order: Order, prior: PriorOutcomes) =>
  prior.parts === 0 && pendingStatuses.has(order.paymentStatus)

/** Whether the order shows more charges by other methods than ours made: it was paid outside this service. */
function isPaidByOthers(
  own: readonly Transaction[],
  all: readonly Transaction[],
  prior: PriorOutcomes,
): boolean {
  return startedCharges(all.filter((each) => !own.includes(each))) > prior.parts - prior.succeeded
}

const startedCharges = (transactions: readonly Transaction[]) =>
  transactions.filter(
    ({ status, event }) => status === 'ok' && (event === 'purchase' || event === 'authorization'),
  ).length

/** A trace without a method may be any attempt's. Then all traces are counted against all attempts. */
const isNameless = ({ paymentMethodId }: Transaction) => paymentMethodId === null

function mayBeOf(attempt: PaymentAttempt, { money, paymentMethodId }: Transaction): boolean {
  if (money === null || money.currency !== attempt.currency || attempt.amount === null) return false
  if (paymentMethodId !== null && paymentMethodId !== attempt.paymentMethodId.toLowerCase()) return false
  return paysAPart(attempt.instrumentType) ? money.amount <= attempt.amount : money.amount === attempt.amount
}

/** Still in the state in which it was to be paid, with the same amount due. */
function isUntouched(attempt: PaymentAttempt, order: Order, prior: PriorOutcomes): boolean {
  const isOpen =
    order.statusId === ORDER_STATUS_IDS.incomplete ||
    (order.statusId === ORDER_STATUS_IDS.pending && prior.parts > 0)
  // An order that does not say what is due cannot show another amount either.
  return (
    isOpen &&
    (order.due === null || (order.due.amount === attempt.amount && order.due.currency === attempt.currency))
  )
}
