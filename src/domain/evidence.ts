import type { Order } from './order.ts'
import type { PaymentAttempt } from './payment-attempt.ts'
import { paysAPart } from './payment-instrument.ts'
import type { TransactionType } from './payment-outcome.ts'
import type { Transaction } from './transaction.ts'

/** How the other attempts on an order ended. */
export interface PriorOutcomes {
  /** By this attempt's payment method, so that none of their traces is taken for this one's. */
  readonly succeeded: number
  readonly declined: number
  /** By any method: the order has been paid in part. */
  readonly parts: number
}

/** What BigCommerce shows of an order, and what of it we can account for. */
export interface Evidence {
  readonly order: Order
  readonly transactions: readonly Transaction[]
  readonly prior: PriorOutcomes
}

/**
 * What the evidence proves of one attempt. `untouched` is an order that looks as if nobody had ever paid it;
 * `unclear` is anything else without a trace of this attempt. Neither proves anything by itself.
 */
export type Verdict =
  | { readonly kind: 'charged'; readonly transactionType: TransactionType; readonly charges: number }
  | { readonly kind: 'pending' | 'declined' | 'untouched' | 'unclear' }

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
 */
export function judge(attempt: PaymentAttempt, { order, transactions, prior }: Evidence): Verdict {
  const own = transactions.filter((transaction) => mayBeOf(attempt, transaction))
  const count = (status: string, ...events: string[]) =>
    own.filter((each) => each.status === status && events.includes(each.event)).length

  // A capture belongs to an authorisation that was counted already, where the gateway shows one.
  const charges =
    (count('ok', 'purchase', 'authorization') || count('ok', 'capture', 'settled')) - prior.succeeded
  if (charges > 0) {
    const isReserved = count('ok', 'purchase', 'capture', 'settled') === 0
    return { kind: 'charged', transactionType: isReserved ? 'authorization' : 'purchase', charges }
  }
  if (paidStatuses.has(order.paymentStatus) && !isPaidByOthers(own, transactions, prior)) {
    const isReserved = order.paymentStatus === 'authorized'
    return { kind: 'charged', transactionType: isReserved ? 'authorization' : 'purchase', charges: 1 }
  }
  if (count('error', 'purchase', 'authorization') > prior.declined) return { kind: 'declined' }
  if (order.statusId === statusIds.declined && prior.declined === 0) return { kind: 'declined' }
  // An order that is paid in part says pending of itself, which then says nothing of this attempt.
  if (own.some(({ event }) => event === 'pending')) return { kind: 'pending' }
  if (prior.parts === 0 && pendingStatuses.has(order.paymentStatus)) return { kind: 'pending' }
  return { kind: isUntouched(attempt, order, prior) ? 'untouched' : 'unclear' }
}

/** Whether the order shows more charges by other methods than ours account for: somebody paid it elsewhere. */
function isPaidByOthers(
  own: readonly Transaction[],
  all: readonly Transaction[],
  prior: PriorOutcomes,
): boolean {
  const others = all.filter((each) => each.status === 'ok' && !own.includes(each))
  const charges = others.filter(({ event }) => event === 'purchase' || event === 'authorization').length
  return charges > prior.parts - prior.succeeded
}

function mayBeOf(attempt: PaymentAttempt, { money, paymentMethodId }: Transaction): boolean {
  if (money === null || money.currency !== attempt.currency || attempt.amount === null) return false
  if (paymentMethodId !== null && paymentMethodId !== attempt.paymentMethodId) return false
  return paysAPart(attempt.instrumentType) ? money.amount <= attempt.amount : money.amount === attempt.amount
}

/** Still in the state in which it was to be paid, and as much of it due. */
function isUntouched(attempt: PaymentAttempt, order: Order, prior: PriorOutcomes): boolean {
  const isOpen =
    order.statusId === statusIds.incomplete || (order.statusId === statusIds.pending && prior.parts > 0)
  return isOpen && order.due.amount === attempt.amount && order.due.currency === attempt.currency
}
