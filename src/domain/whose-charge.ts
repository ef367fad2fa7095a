import { partPaidBy } from './part-payments.ts'
import { isInDoubt, isSent, type PaymentAttempt } from './payment-attempt.ts'
import { type InstrumentType, paysAPart } from './payment-instrument.ts'
import { endsOf, isDone, isPending, type Trace } from './traces.ts'
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

/**
 * How many of these traces must be of other attempts that succeeded: as many as there are successes that no trace outside
 * explains. Of a part payment only a trace is subtracted that could be it.
 */
export function spokenFor(
  own: readonly Trace[],
  live: readonly Trace[],
  succeeded: readonly PaymentAttempt[],
  all: readonly PaymentAttempt[],
): number {
  const outside = live.filter((trace) => !own.includes(trace))
  return explainedMost(live, succeeded, all) - explainedMost(outside, succeeded, all)
}

/** A success that came out of doubt had no end while it was looked for: its charge may be long after its PAT. */
const mayExplain = (paid: PaymentAttempt, row: Transaction): boolean =>
  isWithin(row, paid) ||
  (paid.status === 'succeeded' && isInDoubt(paid) && isWithin(row, { ...paid, status: 'unknown' }))

/** Whether a row is, or at least might be, of this attempt. */
export const mayBeOf = (row: Transaction, attempt: PaymentAttempt, all: readonly PaymentAttempt[]): boolean =>
  fitOf(row, attempt, all) !== 'no'

/**
 * Whether a row can be of this attempt: by BigCommerce's payment id where it shows one, else by method, kind and amount. `unsure`: all
 * else fits, but the kind is told in a word that we do not know and no method is named; such a row proves neither a charge nor that there is none.
 */
export function fitOf(
  row: Transaction,
  attempt: PaymentAttempt,
  all: readonly PaymentAttempt[],
): 'yes' | 'unsure' | 'no' {
  const named = all.find((each) => isNamedBy(row, each))
  if (named) return named.id === attempt.id ? 'yes' : 'no'
  const { money, paymentMethodId } = row
  if (money === null || attempt.amount === null || money.currency !== attempt.currency) return 'no'
  if (paymentMethodId !== null && paymentMethodId !== attempt.paymentMethodId.toLowerCase()) return 'no'
  const paid = paysAPart(attempt.instrumentType) ? partPaidBy(attempt, all) : attempt.amount
  const isAmount = paid === null ? money.amount <= attempt.amount : money.amount === paid
  return isAmount ? kindFit(row, attempt.instrumentType) : 'no'
}

/** Whether a row shows the payment id that BigCommerce gave to an attempt. */
export const isNamedBy = (row: Transaction, { bigcommercePaymentId: id }: PaymentAttempt): boolean =>
  id !== null && (id === String(row.id) || id === row.gatewayTransactionId)

/** What a gateway may be handed for any of these. */
const sent: readonly InstrumentType[] = [
  'card',
  'stored_card',
  'tokenized_card',
  'stored_paypal_account',
  'stored_bank_account',
]

/** `method` of a row (Orders API, transactions), and which instruments of a payment here can lead to it. */
const KINDS: ReadonlyMap<string, readonly InstrumentType[]> = new Map([
  ['credit_card', sent],
  ['bigpay_token', sent],
  ['token', sent],
  ['nonce', sent],
  ['electronic_wallet', ['stored_paypal_account']],
  ['gift_certificate', ['gift_certificate']],
  ['store_credit', ['store_credit']],
  // Cash, an invoice, a page of another provider, and Apple Pay: none of them can be paid here.
  ['offline', []],
  ['custom', []],
  ['offsite', []],
  ['apple_pay_card', []],
  ['apple_pay_token', []],
])

function kindFit({ method, paymentMethodId }: Transaction, type: InstrumentType): 'yes' | 'unsure' | 'no' {
  const kinds = KINDS.get(method)
  if (method === '' || kinds?.includes(type)) return 'yes'
  // A method that is named, and fits, says more than such a word; no card is charged over one of BigCommerce's own two.
  if (!kinds || kinds === sent) return paymentMethodId === null ? 'unsure' : 'yes'
  // What a bank account is called is documented nowhere.
  const isLikeABank = method === 'electronic_wallet' || method === 'custom'
  return type === 'stored_bank_account' && isLikeABank ? 'unsure' : 'no'
}

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

/** Whether an attempt may have made a charge, by what it is and when it was. */
export const isMadeBy = ({ start }: Trace, other: PaymentAttempt, all: readonly PaymentAttempt[]) =>
  mayBeOf(start, other, all) && isWithin(start, other)

/** How far an attempt's pending payment is, as its rows and those of others show it. */
export function pendingsOf(
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
