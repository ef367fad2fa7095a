import {
  ORDER_STATUS_IDS,
  type Order,
  type OrderReading,
  saysPaid,
  saysPending,
  saysState,
  showsNoCharge,
} from './order.ts'
import { hasBecomeLessDue, isMoreTakenOff, withTotals } from './part-payments.ts'
import {
  closesOrder,
  hasFailed,
  isInDoubt,
  isSent,
  mayBeCorrected,
  type PaymentAttempt,
} from './payment-attempt.ts'
import { paysAPart } from './payment-instrument.ts'
import { isGivenBack, isStart, keptOf, sumOf, type Trace, takenOff, tracesOf } from './traces.ts'
import type { TransactionType } from './transaction.ts'
import {
  explainedMost,
  fitOf,
  isMadeBy,
  isNamedBy,
  isWithin,
  mayBeOf,
  pendingsOf,
  spokenFor,
} from './whose-charge.ts'

/**
 * What a reading proves of one attempt.
 *
 * - `charged`: `charges` is how many charges are this attempt's and no other success's, `sure` how many of them no other attempt at all
 *   can have made, `by` which witness says so, `isDated` whether it says when they were made.
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
      readonly sure: number
      readonly isDated: boolean
    }
  | { readonly kind: 'absent'; readonly word: 'declined' | 'not_charged'; readonly isPaidOtherwise: boolean }
  | { readonly kind: 'pending' | 'failed' }
  | { readonly kind: 'unclear'; readonly isSign: boolean }

/** One attempt among the others on its order, and what a look shows of all of them. */
interface Scene {
  readonly attempt: PaymentAttempt
  readonly others: readonly PaymentAttempt[]
  readonly all: readonly PaymentAttempt[]
  readonly reading: OrderReading
  /** What was not voided. */
  readonly live: readonly Trace[]
  readonly voids: readonly Trace[]
  /** Those of the live ones that are the attempt's by what they are and when they were made. */
  readonly own: readonly Trace[]
  /** The others that were paid, without those whose charge was voided later: they need no other trace. */
  readonly successes: readonly PaymentAttempt[]
  /** Whether a balance was applied since a card payment was prepared: that is a part as well. */
  readonly isAppliedSince: boolean
  /** How many parts others have paid, as far as it is known. */
  readonly paidParts: number
}

function sceneOf(
  judged: PaymentAttempt,
  reading: OrderReading,
  besides: readonly PaymentAttempt[],
  traces: readonly Trace[],
): Scene {
  const [attempt = judged, ...others] = withTotals([judged, ...besides], reading)
  const all = [attempt, ...others]
  const live = traces.filter(({ isVoid }) => !isVoid)
  const voids = traces.filter(({ isVoid }) => isVoid)
  const own = live.filter(({ start }) => fitOf(start, attempt, all) === 'yes' && isWithin(start, attempt))
  const succeeded = others.filter(({ status }) => status === 'succeeded')
  const successes = succeeded.filter((paid) => !voids.some(({ start }) => isNamedBy(start, paid)))
  const isAppliedSince = !paysAPart(attempt.instrumentType) && isMoreTakenOff(attempt, reading.order, others)
  const paidParts = succeeded.length + (isAppliedSince ? 1 : 0)
  return { attempt, others, all, reading, live, voids, own, successes, isAppliedSince, paidParts }
}

/** @param besides the other attempts on the attempt's order, as they stand when the verdict is written. */
export function judge(
  judged: PaymentAttempt,
  reading: OrderReading,
  besides: readonly PaymentAttempt[],
): Verdict {
  const { order, transactions } = reading
  const { traces, unplacedVoids } = tracesOf(reading)
  const scene = sceneOf(judged, reading, besides, traces)
  const { attempt, others, all, live, own, paidParts } = scene
  const isPaid = order !== null && saysPaid(order)
  // A partial reading proves that there was an authorisation. Its void may be unread, so only the order can say that it still stands.
  const standing = own.filter((trace) => reading.showsAllVoids || isPaid || !isReserved(trace))
  // An order that says it is paid has at least one charge that stands, though it may be another's.
  const saysOwn = isPaid && live.every((trace) => own.includes(trace))
  const inDoubt = Math.min(unplacedVoids, Math.max(0, standing.length - (saysOwn ? 1 : 0)))
  const charges = standing.length - spokenFor(own, live, scene.successes, all) - inDoubt
  if (charges > 0) {
    const isDated = own.every(({ start }) => start.createdAtMs !== null)
    const sure = standing.length - mayBeOthers(scene) - inDoubt
    return { kind: 'charged', by: 'transactions', transactionType: typeOf(standing), charges, sure, isDated }
  }

  const voided = scene.voids.filter(({ start }) => fitOf(start, attempt, all) === 'yes').length
  const isExplained = isPaidByOthers(scene)
  if (isPaid && paidParts === 0 && voided === 0 && !isExplained && !isOfLateCharge(scene)) {
    const transactionType = order.paymentStatus === 'authorized' ? 'authorization' : 'purchase'
    return { kind: 'charged', by: 'order', transactionType, charges: 1, sure: 1, isDated: false }
  }

  const pending = pendingsOf(attempt, transactions, others)
  // Whatever else the order shows, a trace that is still open may become a charge.
  if (pending.open > pending.endsUnseen) return { kind: 'pending' }
  if (pending.open > 0) return maybeAnothers
  if (reading.isWhole && pending.failed > others.filter(failedLater).length) return { kind: 'failed' }
  // An order that is paid in part calls itself pending, so that says nothing about this attempt.
  if (order && paidParts === 0 && saysPending(order))
    return pending.endsUnseen > 0 ? maybeAnothers : { kind: 'pending' }

  const isDoubtful = unplacedVoids > 0 || mayBeHidden(scene)
  const isOpen = order !== null && showsNoCharge(order, paidParts)
  const isInPaidState = order !== null && !isOpen && saysState(order) && !isExplained
  const isSign = isDoubtful || isInPaidState || standing.length < own.length
  if (!order || !reading.isWhole || isDoubtful) return { kind: 'unclear', isSign }
  if (!isOpen && !(isPaid && isExplained)) return { kind: 'unclear', isSign }
  const declines = transactions.filter(
    (each) => each.status === 'error' && isStart(each) && fitOf(each, attempt, all) === 'yes',
  )
  const othersDeclined = others.filter(({ status }) => status === 'declined').length
  const isRefused = declines.length > othersDeclined && declines.some((each) => isWithin(each, attempt))
  const isDeclined = order.statusId === ORDER_STATUS_IDS.declined || voided > 0 || isRefused
  return { kind: 'absent', word: isDeclined ? 'declined' : 'not_charged', isPaidOtherwise: isPaid }
}

/** How many of the attempt's charges any other attempt may have made: a success, one without an end, or one that ended in doubt. */
function mayBeOthers({ others, all, live, own, successes }: Scene): number {
  const isOfOpen = (trace: Trace) => others.some((one) => isSent(one.status) && isMadeBy(trace, one, all))
  // A trace is first that of an attempt without an end, so it explains no success.
  const explaining = live.filter((trace) => own.includes(trace) || !isOfOpen(trace))
  const rivals = others.filter(
    (other) =>
      (isSent(other.status) || mayBeCorrected(other)) && own.some((trace) => isMadeBy(trace, other, all)),
  )
  return spokenFor(own, explaining, successes, all) + rivals.length
}

/** Whether other payments and charges account for all that the order takes. */
function isPaidByOthers({ attempt, others, reading: { order }, live, isAppliedSince }: Scene): boolean {
  if (others.some(closesOrder)) return true
  const isOfBalances = paysAPart(attempt.instrumentType)
  if (isAppliedSince && order?.due?.amount === 0) return true
  const isFirst = !others.some(({ status }) => status === 'succeeded')
  // If a part was paid before, there must be traces for both: the part's own trace does not show that the rest was paid.
  const whole = isFirst
    ? leastOf(attempt.amount, isOfBalances ? null : dueOf(attempt, order))
    : (attempt.orderTotal ?? order?.total?.amount)
  // What balances have taken off is not in what is due.
  const applied = isFirst && !isOfBalances ? takenOff(live, order) : []
  const paying = live.filter((trace) => !applied.includes(trace))
  return keptOf(paying, attempt.currency, order) >= (whole ?? Number.POSITIVE_INFINITY)
}

/** Whether what the order says may be of the late charge of an earlier attempt, which is shown and can be none of this one's. */
const isOfLateCharge = ({ attempt, others, all, live }: Scene): boolean =>
  live.some(
    (trace) =>
      !mayBeOf(trace.start, attempt, all) &&
      others.some(
        (other) => mayBeCorrected(other) && !paysAPart(other.instrumentType) && isMadeBy(trace, other, all),
      ),
  )

/** Whether a charge of the attempt may be among what is shown, although none can be told as its own. */
function mayBeHidden(scene: Scene): boolean {
  const { attempt, others, all, reading, live, own, voids, successes, paidParts } = scene
  const isEarlier = (trace: Trace) =>
    fitOf(trace.start, attempt, all) === 'yes' &&
    !own.includes(trace) &&
    !isGivenBack(trace) &&
    !others.some((other) => mayBeCorrected(other) && isMadeBy(trace, other, all))
  if (paidParts === 0 && live.some(isEarlier)) return true
  if (live.some(({ start }) => fitOf(start, attempt, all) === 'unsure' && isWithin(start, attempt)))
    return true
  if (paysAPart(attempt.instrumentType) && reading.order?.due === null) return true
  // A gateway that records nothing shows a part in what is due alone.
  if (hasBecomeLessDue(attempt, reading.order, others) && !isAccountedFor(scene)) return true
  // A void that may be of a part that was paid, or is of none that failed: then a success needs no trace that may be this attempt's.
  const ofOthers = voids.filter(
    (trace) =>
      !isMadeBy(trace, attempt, all) ||
      successes.some((one) => paysAPart(one.instrumentType) && isMadeBy(trace, one, all)),
  )
  const mayBeVoided = ofOthers.length > explainedMost(ofOthers, others.filter(failedLater), all)
  return own.length > spokenFor(own, mayBeVoided ? [...live, ...ofOthers] : live, successes, all)
}

/** The pending payment may be another one, whose end an earlier look saw and this look does not. Then it says nothing about this one. */
const maybeAnothers: Verdict = { kind: 'unclear', isSign: true }

/** What the order would take now of an instrument that takes nothing off it: a merchant may have made it cheaper. */
const dueOf = ({ currency }: PaymentAttempt, order: Order | null): number | null =>
  order?.due && order.due.amount > 0 && order.due.currency === currency ? order.due.amount : null

const leastOf = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? one : Math.min(one, other)

/** Not captured yet, as far as is shown. */
const isReserved = ({ start, followedBy }: Trace) => start.event === 'authorization' && followedBy.size === 0

const typeOf = (traces: readonly Trace[]): TransactionType =>
  traces.every(isReserved) ? 'authorization' : 'purchase'

/**
 * Whether traces of other parts, whatever has been told of them, account for exactly what is taken off the order. The charge of one may
 * show long after the access token of this part was made, which knew nothing of it then. A trace that may be of this part is another's only where
 * parts that succeeded need it. Cards take nothing off, and what was given back may be of any trace, unless it can be of none of this part's.
 */
function isAccountedFor({ attempt, others, all, reading, live, successes }: Scene): boolean {
  const { order, transactions } = reading
  const refunds = transactions.filter(({ event }) => event === 'refund')
  if (!order?.total || !order.due || refunds.some((refund) => mayBeOf(refund, attempt, all))) return false
  const parts = others.filter(({ instrumentType }) => paysAPart(instrumentType))
  const succeeded = successes.filter(({ instrumentType }) => paysAPart(instrumentType))
  const mine = live.filter((trace) => isMadeBy(trace, attempt, all))
  const isTheirs = mine.length <= spokenFor(mine, live, succeeded, all)
  const theirs = live.filter(
    (trace) =>
      (isTheirs || !mine.includes(trace)) && parts.some((part) => fitOf(trace.start, part, all) === 'yes'),
  )
  const back = refunds.reduce((sum, { money }) => sum + (money?.amount ?? 0), 0)
  return sumOf(theirs, attempt.currency) - back === order.total.amount - order.due.amount
}

/** It charged nothing, and we did not know that at once: only such an attempt can have been pending. */
const failedLater = (attempt: PaymentAttempt) => isInDoubt(attempt) && hasFailed(attempt.status)
