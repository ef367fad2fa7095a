import type { Order, OrderReading } from './order.ts'
import type { PaymentAttempt } from './payment-attempt.ts'
import { paysAPart } from './payment-instrument.ts'
import type { Transaction, TransactionType } from './transaction.ts'

/** How the other attempts on an order ended. */
export interface PriorOutcomes {
  /** Successes by this attempt's payment method, so that none of their traces is taken for this one's. */
  readonly succeeded: number
  /** Successes by any method: the order has been paid in part. */
  readonly parts: number
  /** Declines by any method: not every trace says its method. */
  readonly declined: number
  /** Those by any method that charged nothing, and were not told so at once: only they can have been pending. */
  readonly failedLater: number
}

/** What BigCommerce shows of an order, and what of it we can account for. */
export interface Evidence extends Pick<OrderReading, 'order' | 'transactions' | 'isWhole'> {
  readonly prior: PriorOutcomes
}

/**
 * What the evidence proves of one attempt.
 *
 * - `declined`: the end of this very attempt, which BigCommerce had begun.
 * - `seems_declined`: a decline that may be this attempt's, or that of somebody who tried elsewhere, or the trace of a
 *   second try by the gateway whose first is not shown yet. It proves nothing while a charge can still begin or show.
 * - `untouched`: the order looks as if nobody had ever paid it, which proves as little.
 * - `unclear`: anything else without a trace of this attempt.
 */
export type Verdict =
  | { readonly kind: 'charged'; readonly transactionType: TransactionType; readonly charges: number }
  | { readonly kind: 'pending' | 'declined' | 'seems_declined' | 'untouched' | 'unclear' }

/** `payment_status` of an order whose money is taken or reserved. */
const paidStatuses = new Set([
  'captured',
  'authorized',
  'paid',
  'capture pending',
  'partially refunded',
  'refunded',
])
const pendingStatuses = new Set(['pending', 'held for review'])
/** BigCommerce's fixed numbers for an order's state. */
const statusIds = { incomplete: 0, pending: 1, declined: 6 }

/**
 * Judges an attempt by counting: a trace is this attempt's if there are more of its kind than our other attempts
 * account for. No clock of ours is held against BigCommerce's, and a trace that is not shown yet only delays a verdict.
 * What was not read whole may prove that there is a charge, or that there may be one, and never that there is none.
 */
export function judge(attempt: PaymentAttempt, { order, transactions, isWhole, prior }: Evidence): Verdict {
  const own = transactions.filter((transaction) => mayBeOf(attempt, transaction))
  const count = (status: string, ...events: string[]) =>
    own.filter((each) => each.status === status && events.includes(each.event)).length

  // A capture belongs to an authorisation that was counted already, where the gateway shows one.
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
  // Whatever else the order shows, what is still open may become a charge.
  if (openPendings.length > 0) return { kind: 'pending' }
  if (!order || !isWhole) return { kind: order && isPending(order, prior) ? 'pending' : 'unclear' }
  if (failedPendings.length > prior.failedLater) return { kind: 'declined' }
  const isOpen = isUntouched(attempt, order, prior)
  const isDeclined = order.statusId === statusIds.declined
  const declines = count('error', 'purchase', 'authorization') - prior.declined
  if (isDeclined || (isOpen && declines > 0)) return { kind: 'seems_declined' }
  if (isPending(order, prior)) return { kind: 'pending' }
  return { kind: isOpen ? 'untouched' : 'unclear' }
}

/** An order that is paid in part says pending of itself, which then says nothing of this attempt. */
const isPending = (order: Order, prior: PriorOutcomes) =>
  prior.parts === 0 && pendingStatuses.has(order.paymentStatus)

/** Whether the order shows more charges by other methods than ours account for: somebody paid it elsewhere. */
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

/** A trace that does not say its method may be of any attempt, so then all of them are counted against all. */
const isNameless = ({ paymentMethodId }: Transaction) => paymentMethodId === null

function mayBeOf(attempt: PaymentAttempt, { money, paymentMethodId }: Transaction): boolean {
  if (money === null || money.currency !== attempt.currency || attempt.amount === null) return false
  if (paymentMethodId !== null && paymentMethodId !== attempt.paymentMethodId.toLowerCase()) return false
  return paysAPart(attempt.instrumentType) ? money.amount <= attempt.amount : money.amount === attempt.amount
}

/** Still in the state in which it was to be paid, and as much of it due. */
function isUntouched(attempt: PaymentAttempt, order: Order, prior: PriorOutcomes): boolean {
  const isOpen =
    order.statusId === statusIds.incomplete || (order.statusId === statusIds.pending && prior.parts > 0)
  // An order that does not say what is due cannot show another amount either.
  return (
    isOpen &&
    (order.due === null || (order.due.amount === attempt.amount && order.due.currency === attempt.currency))
  )
}
