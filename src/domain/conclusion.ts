import { duplicateCode } from './bigcommerce-codes.ts'
import { judge, type Verdict } from './evidence.ts'
import { foreignCharge, showsForeign, showsUnaccounted } from './foreign-charge.ts'
import { type OrderReading, saysUnpaid } from './order.ts'
import { hasBecomeLessDue } from './part-payments.ts'
import {
  closesOrder,
  hasFailed,
  isInDoubt,
  isSent,
  isUnsettled,
  mayBeCorrected,
  mayBecome,
  mayBeFreed,
  type PaymentAttempt,
  type QuietLooks,
} from './payment-attempt.ts'
import type { ProblemCode } from './problems.ts'
import { tracesOf } from './traces.ts'
import type { TransactionType } from './transaction.ts'
import { explainedMost, patSkewMs } from './whose-charge.ts'

/** What a look leads to: what is written about the attempt, and what people must hear of. */
export interface Conclusion {
  readonly verdict: Verdict | null
  /** The attempt's new status; null if it keeps the one it has. */
  readonly end: End | null
  /** How many complete looks came after the PAT had expired and found nothing, since one that showed a sign; and since when. */
  readonly quiet: QuietLooks | null
  /** Whether BigCommerce shows a charge on the order that no attempt of ours accounts for; null: this look cannot tell. */
  readonly isUnaccounted: boolean | null
  readonly alert: 'duplicate_charge' | 'late_charge' | null
}

export interface End {
  readonly status: 'succeeded' | 'pending' | 'declined' | 'not_charged' | 'not_sent' | 'needs_review'
  readonly transactionType?: TransactionType
  readonly problemCode?: ProblemCode
  /** By a person, where no look could prove it. */
  readonly isDecided?: boolean
}

/** The order must show nothing in this many complete looks over this time: a payment that has begun ends and shows within it. */
export const quietLooksMin = 3
export const quietForMs = 10 * 60_000
/** After this long without an end a person must decide. */
export const reviewAfterMs = 7 * 24 * 60 * 60_000

/** How long complete looks must find nothing after an answer that proves little, from the answer on. */
export const endsByAnswerWithinMs = {
  refused: 60_000,
  refused_oddly: 10 * 60_000,
  turned_away: 60_000,
} as const

/**
 * Turns the evidence of one look into a status and what else is said of a charge (decision 0034). Called inside the transaction that
 * writes them, with the other attempts on the order locked.
 *
 * @param reading null where the look brought nothing at all.
 * @param nowMs the instance's clock: for the deadline of days, and so that no window of BigCommerce's clock is over too soon.
 */
export function conclude(
  attempt: PaymentAttempt,
  reading: OrderReading | null,
  others: readonly PaymentAttempt[],
  nowMs: number,
): Conclusion {
  const verdict = reading && judge(attempt, reading, others)
  return isUnsettled(attempt.status)
    ? concludeOpen(attempt, reading, verdict, others, nowMs)
    : concludeEnded(attempt, reading, verdict, others)
}

/** It has paid, and the order is closed by it. */
const holdsPaid = ({ status, holdsOrder }: PaymentAttempt) => status === 'succeeded' && holdsOrder

const keep: Conclusion = { verdict: null, end: null, quiet: null, isUnaccounted: null, alert: null }

function concludeOpen(
  attempt: PaymentAttempt,
  reading: OrderReading | null,
  verdict: Verdict | null,
  others: readonly PaymentAttempt[],
  nowMs: number,
): Conclusion {
  const kept = { ...keep, verdict, isUnaccounted: besidesOpen(attempt, reading, others) }
  switch (verdict?.kind) {
    case 'charged': {
      const isTooMany = verdict.charges > 1 || isBesides(attempt, verdict, reading, others)
      return {
        ...kept,
        end: { status: 'succeeded', transactionType: verdict.transactionType },
        alert: isTooMany || others.some(holdsPaid) ? 'duplicate_charge' : null,
        isUnaccounted: isTooMany,
      }
    }
    case 'failed':
      // What has failed may be this one, and the charge that it duplicates may stand.
      if (attempt.bigcommerceCode === duplicateCode) return review(kept, attempt, nowMs)
      return { ...kept, end: { status: 'declined', problemCode: 'payment_declined' } }
    case 'pending':
      return attempt.status === 'unknown'
        ? { ...kept, end: { status: 'pending' } }
        : review(kept, attempt, nowMs)
    case 'absent': {
      const end = mayEndByAnswer(attempt) ? endByAnswer(attempt, reading, nowMs) : null
      // From review the ledger writes no `not_sent`. Then quiet looks end it.
      if (end && mayBeWritten(attempt, end.status)) return { ...kept, end }
      const quiet = mayEndByAbsence(attempt) ? quietAfter(attempt, reading) : null
      if (quiet && reading && isProven(quiet, reading) && mayBecome(attempt.status, verdict.word)) {
        return { ...kept, end: { status: verdict.word, problemCode: problemOf(verdict.word) } }
      }
      return review({ ...kept, quiet }, attempt, nowMs)
    }
    default:
      // What brought nothing says nothing against the looks before it.
      return review({ ...kept, quiet: saysNothing(verdict) ? attempt.quiet : null }, attempt, nowMs)
  }
}

const saysNothing = (verdict: Verdict | null): boolean =>
  verdict === null || (verdict.kind === 'unclear' && !verdict.isSign)

/** Whether a charge on the order is of no attempt, as far as a look can tell while this one has no end. */
function besidesOpen(
  attempt: PaymentAttempt,
  reading: OrderReading | null,
  others: readonly PaymentAttempt[],
): boolean | null {
  if (!reading) return null
  const all = [attempt, ...others]
  if (showsForeign(reading, all)) return true
  return reading.isWhole && foreignCharge(reading, all) === 'none' ? false : null
}

/** Whether the transactions that show an attempt's charge show one of no attempt as well. */
const isBesides = (
  attempt: PaymentAttempt,
  { by }: Verdict & { readonly kind: 'charged' },
  reading: OrderReading | null,
  others: readonly PaymentAttempt[],
): boolean =>
  by === 'transactions' &&
  reading !== null &&
  showsForeign(reading, [{ ...attempt, status: 'succeeded' }, ...others])

const problemOf = (word: 'declined' | 'not_charged'): ProblemCode =>
  word === 'declined' ? 'payment_declined' : 'payment_not_charged'

/** The deadline applies whatever the looks found. */
const review = (kept: Conclusion, attempt: PaymentAttempt, nowMs: number): Conclusion =>
  attempt.status !== 'needs_review' && nowMs - (attempt.sentAtMs ?? attempt.createdAtMs) >= reviewAfterMs
    ? { ...kept, end: { status: 'needs_review' } }
    : kept

/** Looks that find nothing never end a payment that BigCommerce itself has called pending or a duplicate, whatever it answered. */
export const mayEndByAnswer = ({ status, pendingSinceMs, bigcommerceCode }: PaymentAttempt): boolean =>
  status !== 'pending' && pendingSinceMs === null && bigcommerceCode !== duplicateCode

/** Nor a bank payment whose answer was lost: it may be pending for days and show nothing. */
export const mayEndByAbsence = (attempt: PaymentAttempt): boolean =>
  mayEndByAnswer(attempt) && attempt.instrumentType !== 'stored_bank_account'

const mayBeWritten = (attempt: PaymentAttempt, end: End['status']): boolean =>
  mayBecome(attempt.status, end) || (end === 'not_sent' && mayBeFreed(attempt))

/**
 * The end of an attempt whose answer proved little: no charge has shown in the window after the answer. The answer came from the
 * payments host and the look from the management host, and their clocks may differ by more than a minute. So by our own clock, too,
 * the window must have passed since the charge was sent, unless that clock was set back in between.
 */
function endByAnswer(attempt: PaymentAttempt, reading: OrderReading | null, nowMs: number): End | null {
  const { answeredAs, answeredAtMs, sentAtMs } = attempt
  if (answeredAs === null || answeredAtMs === null || !reading || reading.answeredAtMs === null) return null
  if (reading.answeredAtMs - answeredAtMs < endsByAnswerWithinMs[answeredAs]) return null
  const sentForMs = sentAtMs === null ? null : nowMs - sentAtMs
  if (sentForMs !== null && sentForMs >= 0 && sentForMs < endsByAnswerWithinMs[answeredAs]) return null
  return answeredAs === 'turned_away'
    ? { status: 'not_sent', problemCode: 'upstream_busy' }
    : { status: 'declined', problemCode: 'payment_declined' }
}

/** By BigCommerce's clock alone: ours may be wrong by hours. */
function quietAfter(attempt: PaymentAttempt, reading: OrderReading | null): QuietLooks | null {
  const atMs = reading?.answeredAtMs ?? null
  if (atMs === null || attempt.patExpiresAtMs === null) return null
  if (atMs < attempt.patExpiresAtMs + patSkewMs) return null
  return { looks: (attempt.quiet?.looks ?? 0) + 1, sinceMs: attempt.quiet?.sinceMs ?? atMs }
}

const isProven = ({ looks, sinceMs }: QuietLooks, { answeredAtMs }: OrderReading): boolean =>
  looks >= quietLooksMin && answeredAtMs !== null && answeredAtMs - sinceMs >= quietForMs

/**
 * A webhook or the watch looks again at an attempt that has ended. A trace belongs first to an attempt without an end. It corrects an
 * ended attempt only if it cannot belong to another one, and only if that end was in doubt.
 */
function concludeEnded(
  attempt: PaymentAttempt,
  reading: OrderReading | null,
  verdict: Verdict | null,
  others: readonly PaymentAttempt[],
): Conclusion {
  const kept = { ...keep, verdict, quiet: attempt.quiet }
  // No status changes, but people are told and the order stays closed.
  const late: Conclusion = { ...kept, isUnaccounted: true, alert: 'late_charge' }
  const all = [attempt, ...others]
  const isGone = reading?.isWhole === true && !showsUnaccounted(reading, all) && isTold(reading, all)
  if (!reading || verdict?.kind !== 'charged') {
    if (reading && showsForeign(reading, all)) return { ...kept, isUnaccounted: true }
    // Where the transactions, which would show it, could not be read to their end.
    const isUnseen = reading?.isWhole === false && hasBecomeLessDue(attempt, reading.order, others)
    if (isUnseen && mayBeCorrected(attempt)) return late
    return { ...kept, isUnaccounted: isGone ? false : null }
  }
  const sent = others.filter(({ status }) => isSent(status))
  const inDoubt = others.filter((other) => isInDoubt(other) && hasFailed(other.status))
  const told = attempt.status === 'succeeded' ? 1 : 0
  const spare = verdict.charges - told
  // Neither the order's status nor a trace without a date says when it was paid. So this counts only if it cannot mean another attempt.
  const isMeant = verdict.isDated ? verdict.sure > told : sent.length === 0 && inDoubt.length === 0
  // It may belong to the attempt without an end: we judge again when that one has ended.
  if (sent.length > 0 && (!isMeant || spare <= 0)) return kept
  const isOneMore = isBesides(attempt, verdict, reading, others)
  if (spare <= 0) {
    if (isOneMore) return { ...kept, isUnaccounted: true, alert: 'duplicate_charge' }
    return { ...kept, isUnaccounted: isGone ? false : null }
  }
  // Several that have ended could be meant.
  if (!isMeant) return late
  if (attempt.status === 'succeeded') return { ...kept, isUnaccounted: true, alert: 'duplicate_charge' }
  if (!isInDoubt(attempt)) return late
  // The order's status may have meant this charge, and we must not call two payments paid for one charge.
  if (spare <= toldByWord(reading, attempt, others)) return late
  return {
    ...kept,
    end: { status: 'succeeded', transactionType: verdict.transactionType },
    isUnaccounted: spare > 1 || isOneMore,
    alert: others.some(holdsPaid) || sent.length > 0 || spare > 1 ? 'duplicate_charge' : 'late_charge',
  }
}

/** Whether what an order says of itself is told of one of its attempts: where no transaction shows a charge, that may be all there is. */
const isTold = ({ order }: OrderReading, all: readonly PaymentAttempt[]): boolean =>
  all.some(({ status }) => status === 'succeeded') || (order !== null && saysUnpaid(order))

/** How many of the others we called paid only because the order said so: neither their answer nor a transaction shows it. */
function toldByWord(
  reading: OrderReading,
  attempt: PaymentAttempt,
  others: readonly PaymentAttempt[],
): number {
  const told = others.filter(
    (other) => closesOrder(other) && isInDoubt(other) && other.bigcommercePaymentId === null,
  )
  return told.length - explainedMost(tracesOf(reading).traces, told, [attempt, ...others])
}
