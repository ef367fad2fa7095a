import { ORDER_STATUS_IDS, type Order, type OrderReading } from './order.ts'
import { hasBecomeLessDue, withTotals } from './part-payments.ts'
import {
  closesOrder,
  hasFailed,
  isInDoubt,
  isSent,
  mayBeCorrected,
  type PaymentAttempt,
} from './payment-attempt.ts'
import { paysAPart } from './payment-instrument.ts'
import { endsOf, isDone, isGivenBack, isPending, isStart, type Trace, tracesOf } from './traces.ts'
import type { Transaction, TransactionType } from './transaction.ts'
import { explainedMost, fitOf, isNamedBy, isWithin, mayBeOf, spokenFor } from './whose-charge.ts'

/**
 * What a reading proves of one attempt.
 *
 * - `charged`: `charges` is how many charges can only be this attempt's, `by` which witness says so, `isDated` whether it says
 *   when they were made.
 * - `failed`: a payment that BigCommerce had shown as pending has ended without a charge.
 * - `absent`: everything was read and nothing of this attempt is there. `word` is what its end would be called; it proves an
 *   end only when no charge can begin or show any more.
 * - `unclear`: neither. `isSign`: something speaks of a charge, though it proves none.
 */
export type Verdict =
  | {
      readonly kind: 'charged'
      readonly by: 'transactions' | 'order'
      readonly transactionType: TransactionType
      readonly charges: number
      readonly isDated: boolean
    }
  | { readonly kind: 'absent'; readonly word: 'declined' | 'not_charged'; readonly isPaidOtherwise: boolean }
  | { readonly kind: 'pending' | 'failed' }
  | { readonly kind: 'unclear'; readonly isSign: boolean }

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
/** `payment_status` of an order on which nothing was paid. A pending void has cancelled nothing yet. */
export const unpaidStatuses = new Set(['', 'declined', 'void'])
/** States of an order that was not paid. The others, such as shipped or refunded, are states of a paid order. */
const openStates = new Set<number | null>([
  ORDER_STATUS_IDS.incomplete,
  ORDER_STATUS_IDS.pending,
  ORDER_STATUS_IDS.cancelled,
  ORDER_STATUS_IDS.declined,
])

/** The state of an order that is paid in part, until the rest is paid. */
const openAfterPart = new Set<number | null>([ORDER_STATUS_IDS.incomplete, ORDER_STATUS_IDS.pending])

/** @param besides the other attempts on the attempt's order, as they stand when the verdict is written. */
export function judge(
  judged: PaymentAttempt,
  reading: OrderReading,
  besides: readonly PaymentAttempt[],
): Verdict {
  const { order, transactions } = reading
  const [attempt = judged, ...others] = withTotals([judged, ...besides], reading)
  const { traces, unplacedVoids } = tracesOf(reading)
  const all = [attempt, ...others]
  const isOwn = (trace: Trace) => fitOf(trace.start, attempt, all) === 'yes'
  const live = traces.filter(({ isVoid }) => !isVoid)
  const own = live.filter((trace) => isOwn(trace) && isWithin(trace.start, attempt))
  const saysPaid = order !== null && paidStatuses.has(order.paymentStatus)
  // A partial reading proves that there was an authorisation. Its void may be unread, so only the order can say that it still stands.
  const standing = own.filter((trace) => reading.showsAllVoids || saysPaid || !isReserved(trace))
  // An order that says it is paid has at least one charge that stands.
  const inDoubt = Math.min(unplacedVoids, Math.max(0, standing.length - (saysPaid ? 1 : 0)))
  const succeeded = others.filter(({ status }) => status === 'succeeded')
  const voids = traces.filter(({ isVoid }) => isVoid)
  // What a success was charged by was voided later, and so needs no other trace.
  const standingSuccesses = succeeded.filter((paid) => !voids.some(({ start }) => isNamedBy(start, paid)))
  const charges = standing.length - spokenFor(own, live, standingSuccesses, all) - inDoubt
  if (charges > 0) {
    const isDated = own.every(({ start }) => start.createdAtMs !== null)
    return { kind: 'charged', by: 'transactions', transactionType: typeOf(standing), charges, isDated }
  }

  const voided = traces.filter((trace) => trace.isVoid && isOwn(trace)).length
  const paidParts = succeeded.length
  // If a part was paid before, there must be traces for both: the part's own trace does not show that the rest was paid.
  const whole =
    paidParts === 0
      ? leastOf(attempt.amount, dueOf(attempt, order))
      : (attempt.orderTotal ?? order?.total?.amount)
  const isExplained = others.some(closesOrder) || sumOf(live, attempt) >= (whole ?? Number.POSITIVE_INFINITY)
  // What the order says is then of a charge that has shown late.
  const isAnothers =
    others.some((other) => mayBeCorrected(other) && hasBecomeLessDue(other, order, [])) ||
    live.some(
      ({ start }) => !mayBeOf(start, attempt, all) && others.some((other) => mayHaveMade(other, start, all)),
    )
  if (saysPaid && paidParts === 0 && voided === 0 && !isExplained && !isAnothers) {
    const transactionType = order.paymentStatus === 'authorized' ? 'authorization' : 'purchase'
    return { kind: 'charged', by: 'order', transactionType, charges: 1, isDated: false }
  }

  const pending = pendingsOf(attempt, transactions, others)
  // Whatever else the order shows, a trace that is still open may become a charge.
  if (pending.open > pending.endsUnseen) return { kind: 'pending' }
  if (pending.open > 0) return maybeAnothers
  if (reading.isWhole && pending.failed > others.filter(failedLater).length) return { kind: 'failed' }
  // An order that is paid in part calls itself pending, so that says nothing about this attempt.
  if (order && paidParts === 0 && pendingStatuses.has(order.paymentStatus))
    return pending.endsUnseen > 0 ? maybeAnothers : { kind: 'pending' }

  const isEarlier = live.some((trace) => isOwn(trace) && !own.includes(trace) && !isGivenBack(trace))
  const isUnsure = live.some(
    ({ start }) => fitOf(start, attempt, all) === 'unsure' && isWithin(start, attempt),
  )
  // A gateway that records nothing shows a part in what is due alone.
  const isTakenOff =
    hasBecomeLessDue(attempt, order, others) &&
    !isAccountedFor(reading, live, attempt, others, standingSuccesses)
  // A void that is neither of this attempt nor of one that failed may be of a success, which then needs no trace that may be this attempt's.
  const ofOthers = voids.filter(({ start }) => !mayBeOf(start, attempt, all) || !isWithin(start, attempt))
  const mayBeVoided = ofOthers.length > explainedMost(ofOthers, others.filter(failedLater), all)
  const isNeeded =
    own.length <= spokenFor(own, mayBeVoided ? [...live, ...ofOthers] : live, standingSuccesses, all)
  const isUnread = paysAPart(attempt.instrumentType) && order?.due === null
  const isHidden = isUnsure || isTakenOff || isUnread || !isNeeded
  const isDoubtful = unplacedVoids > 0 || (isEarlier && paidParts === 0) || isHidden
  const isInPaidState = order !== null && !isOpen(order, paidParts) && isSaid(order) && !isExplained
  const isSign = isDoubtful || isInPaidState || standing.length < own.length
  const unclear: Verdict = { kind: 'unclear', isSign }
  if (!order || !reading.isWhole || isDoubtful) return unclear
  if (!isOpen(order, paidParts) && !(saysPaid && isExplained)) return unclear
  const declines = transactions.filter(
    (each) => each.status === 'error' && isStart(each) && fitOf(each, attempt, all) === 'yes',
  )
  const othersDeclined = others.filter(({ status }) => status === 'declined').length
  const isRefused = declines.length > othersDeclined && declines.some((each) => isWithin(each, attempt))
  const isDeclined = order.statusId === ORDER_STATUS_IDS.declined || voided > 0 || isRefused
  return { kind: 'absent', word: isDeclined ? 'declined' : 'not_charged', isPaidOtherwise: saysPaid }
}

/** The pending payment may be another one, whose end an earlier look saw and this look does not. Then it says nothing about this one. */
const maybeAnothers: Verdict = { kind: 'unclear', isSign: true }

/** What the order would take now of an instrument that takes nothing off it: a merchant may have made it cheaper. */
const dueOf = ({ instrumentType, currency }: PaymentAttempt, order: Order | null): number | null =>
  order?.due && order.due.amount > 0 && order.due.currency === currency && !paysAPart(instrumentType)
    ? order.due.amount
    : null

const leastOf = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? one : Math.min(one, other)

/** Not captured yet, as far as is shown. */
const isReserved = ({ start, followedBy }: Trace) => start.event === 'authorization' && followedBy.size === 0

const typeOf = (traces: readonly Trace[]): TransactionType =>
  traces.every(isReserved) ? 'authorization' : 'purchase'

/**
 * Whether the order is in a state that shows no charge: unpaid, or cancelled by the merchant. Once a part is paid, the order's
 * `payment_status` is about that part.
 */
function isOpen(order: Order, paidParts: number): boolean {
  const { statusId, paymentStatus, paymentProviderId } = order
  if (paidParts > 0 && openAfterPart.has(statusId)) return true
  // Cancelled while it was paid in part. Any other word may be of the rest.
  if (paidParts > 0 && statusId === ORDER_STATUS_IDS.cancelled && paymentStatus === 'pending') return true
  if (!unpaidStatuses.has(paymentStatus)) return false
  // Awaiting Payment is also what an authorised order has.
  return (
    openStates.has(statusId) || (statusId === ORDER_STATUS_IDS.awaitingPayment && paymentProviderId === '')
  )
}

/** Whether the order says in which state it is. */
const isSaid = ({ statusId, paymentStatus }: Order) => statusId !== null && paymentStatus !== 'unreadable'

/**
 * Whether traces of other parts, whatever has been told of them, account for exactly what is taken off the order. The charge of one may
 * show long after the access token of this part was made, which knew nothing of it then. A trace that may be of this part is another's only where
 * parts that succeeded need it. Cards take nothing off, and what was given back may be of any trace.
 */
function isAccountedFor(
  { order, transactions }: OrderReading,
  live: readonly Trace[],
  attempt: PaymentAttempt,
  others: readonly PaymentAttempt[],
  successes: readonly PaymentAttempt[],
): boolean {
  if (!order?.total || !order.due || transactions.some(({ event }) => event === 'refund')) return false
  const all = [attempt, ...others]
  const parts = others.filter(({ instrumentType }) => paysAPart(instrumentType))
  const succeeded = successes.filter(({ instrumentType }) => paysAPart(instrumentType))
  const mine = live.filter(({ start }) => mayBeOf(start, attempt, all) && isWithin(start, attempt))
  const isTheirs = mine.length <= spokenFor(mine, live, succeeded, all)
  const theirs = live.filter(
    (trace) =>
      (isTheirs || !mine.includes(trace)) && parts.some((part) => fitOf(trace.start, part, all) === 'yes'),
  )
  return sumOf(theirs, attempt) === order.total.amount - order.due.amount
}

function pendingsOf(
  attempt: PaymentAttempt,
  transactions: readonly Transaction[],
  others: readonly PaymentAttempt[],
) {
  const all = [attempt, ...others]
  const own = transactions.filter(
    (each) => isPending(each) && mayBeOf(each, attempt, all) && isWithin(each, attempt),
  )
  const ends = (pending: Transaction) => endsOf(pending, transactions)
  const isFailed = (end: Transaction) => end.status === 'error' || (end.event === 'void' && isDone(end))
  // A failure that may belong to another attempt proves nothing about this one.
  const isOwn = (pending: Transaction) => fitOf(pending, attempt, all) === 'yes'
  const open = own.filter((each) => ends(each).length === 0).length
  const ended = others.filter(
    ({ pendingSinceMs, status }) => pendingSinceMs !== null && !isSent(status),
  ).length
  return {
    open,
    /** How many of the others were pending and have ended, without an end that is shown. */
    endsUnseen: Math.max(0, ended - (own.length - open)),
    failed: own.filter((each) => isOwn(each) && ends(each).some(isFailed)).length,
  }
}

/** Whether a row may be the late charge of an attempt that was told as ended without one. */
const mayHaveMade = (other: PaymentAttempt, row: Transaction, all: readonly PaymentAttempt[]) =>
  mayBeCorrected(other) &&
  !paysAPart(other.instrumentType) &&
  mayBeOf(row, other, all) &&
  isWithin(row, other)

/** It charged nothing, and we did not know that at once: only such an attempt can have been pending. */
const failedLater = (attempt: PaymentAttempt) => isInDoubt(attempt) && hasFailed(attempt.status)

const sumOf = (traces: readonly Trace[], { currency }: PaymentAttempt) =>
  traces
    .filter(({ money }) => money.currency === currency)
    .reduce((total, { money }) => total + money.amount, 0)
