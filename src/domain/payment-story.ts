import type { Conclusion } from './conclusion.ts'
import { whyHeld, whyInDoubt } from './held-payment.ts'
import { sayMoney } from './money.ts'
import type { OrderReading } from './order.ts'
import { isFinal, isUnsettled, type PaymentAttempt, publicStatus } from './payment-attempt.ts'
import { duplicate, type Telling } from './payment-event.ts'
import { isDone, tracesOf } from './traces.ts'
import type { Transaction } from './transaction.ts'

/** Something that became of a payment, told to a support person. */
export interface Note {
  /** A sentence without the full stop, of what happened. */
  readonly what: string
  /** Who did it: `Tillgate`, `the merchant`, or the name of a person. */
  readonly by: string
  /** What a person gave as the reason. */
  readonly because: string | null
  /** The event that it is, where it is one and no new status tells it already. */
  readonly telling?: Telling
}

export interface StoryEntry extends Note {
  readonly atMs: number
}

const bySystem = 'Tillgate'

/**
 * What is worth telling of a look: what it changed, and what the merchant did to a payment that had succeeded. A look that
 * brought nothing new is not told.
 */
export function notesOfLook(
  attempt: PaymentAttempt,
  conclusion: Conclusion,
  reading: OrderReading | null,
  others: readonly PaymentAttempt[],
): Note[] {
  const { end, alert, quiet, verdict, isUnaccounted } = conclusion
  const notes: Told[] = []
  const say = (what: string) => notes.push({ what })
  if (end) say(endWords(attempt, conclusion))
  if (alert === 'duplicate_charge') {
    const charges = verdict?.kind === 'charged' ? verdict.charges : 1
    notes.push({
      what: `alert: BigCommerce shows more charges than payments account for (${charges} could be of this payment)`,
      // While another payment is on its way there may be one charge only; its success tells of two.
      ...(charges > 1 ? { telling: duplicate } : {}),
    })
  }
  if ((alert === 'late_charge' && !end) || (alert === null && isUnaccounted))
    say('alert: BigCommerce shows a charge that no payment accounts for; nothing new is charged on the order')
  if (!end && isUnsettled(attempt.status)) {
    if (quiet && !attempt.quiet)
      say('its access token has expired, and BigCommerce shows no charge; two more looks must find the same')
    if (!quiet && attempt.quiet) say('BigCommerce does not show an untouched order any more; looking goes on')
  }
  const merchants = attempt.status === 'succeeded' && reading ? actsOfMerchant(attempt, reading, others) : []
  return [
    ...notes.map((told) => ({ ...told, by: bySystem, because: null })),
    ...merchants.map((told) => ({ ...told, by: 'the merchant', because: null })),
  ]
}

type Told = Pick<Note, 'what' | 'telling'>

function endWords({ status }: PaymentAttempt, { end, verdict }: Conclusion): string {
  switch (end?.status) {
    case 'succeeded':
      return isFinal(status)
        ? `a look found a charge late: ${publicStatus(status)} is corrected to success`
        : `a look found the charge (by ${verdict?.kind === 'charged' && verdict.by === 'order' ? "the order's payment status" : 'its transactions'}): success`
    case 'pending':
      return 'a look found it accepted and not completed: pending'
    case 'declined':
      return verdict?.kind === 'failed'
        ? 'a look found that the pending payment has failed: declined'
        : 'looks found no charge, and a sign that it was refused: declined'
    case 'not_charged':
      return verdict?.kind === 'absent' && verdict.isPaidOtherwise
        ? 'looks found the order paid otherwise, and no charge of this payment: not charged'
        : 'looks found no charge after its access token had expired: not charged'
    case 'not_sent':
      return 'it was turned away, and looks found no charge: not sent'
    default:
      return 'a week of looks proved neither a charge nor its absence: a person must decide'
  }
}

const acts: Readonly<Record<string, string>> = { capture: 'captured', void: 'voided', refund: 'refunded' }

/** What BigCommerce shows of a payment after its success. Word and closed order stay. */
function actsOfMerchant(
  attempt: PaymentAttempt,
  reading: OrderReading,
  others: readonly PaymentAttempt[],
): Told[] {
  const isOnly = !others.some(({ status }) => status === 'succeeded')
  const own = tracesOf(reading).traces.filter(
    ({ start }) =>
      isOnly ||
      String(start.id) === attempt.bigcommercePaymentId ||
      start.gatewayTransactionId === attempt.bigcommercePaymentId,
  )
  const isOwn = ({ event, id, referenceId }: Transaction) => {
    // A void is of the trace that it cancels: it may be of a try that failed.
    if (event === 'void') return own.some(({ isVoid, ids }) => isVoid && (id === null || ids.has(id)))
    return referenceId === null ? isOnly : own.some(({ ids }) => ids.has(referenceId))
  }
  return reading.transactions
    .filter((each) => each.event in acts && isDone(each) && isOwn(each))
    .map(({ event, money, id }) => {
      const amount = money ? ` ${sayMoney(money)}` : ''
      const what = `${acts[event]}${amount} at BigCommerce${id === null ? '' : ` (transaction ${id})`}`
      if (event !== 'void') return { what }
      return { what, telling: { type: 'payment.voided', key: `voided_${id ?? 'unnumbered'}` } }
    })
}

/** A payment's story from its own columns and what was noted of it, oldest first. */
export function storyOf(
  attempt: PaymentAttempt,
  principal: string,
  noted: readonly StoryEntry[],
): StoryEntry[] {
  const { createdAtMs, sentAtMs, unsettledSinceMs, pendingSinceMs, endedAtMs } = attempt
  const entries: StoryEntry[] = [...noted]
  const add = (atMs: number | null, what: string, by = bySystem) => {
    if (atMs !== null) entries.push({ atMs, what, by, because: null })
  }
  const isNoted = (atMs: number | null) => noted.some((entry) => entry.atMs === atMs)
  add(
    createdAtMs,
    `began to pay ${subjectOf(attempt)} by ${attempt.paymentMethodId} (${attempt.instrumentType})`,
    principal,
  )
  add(sentAtMs, `sent the charge${moneyOf(attempt)} to BigCommerce`)
  if (isUnsettled(attempt.status)) add(unsettledSinceMs, `holds the order: ${whyHeld(attempt)}`)
  else if (pendingSinceMs !== null && pendingSinceMs === unsettledSinceMs)
    add(unsettledSinceMs, 'held the order: BigCommerce had accepted it, but not completed it.')
  else add(unsettledSinceMs, `held the order: ${whyInDoubt(attempt)}`)
  if (pendingSinceMs !== unsettledSinceMs && !isNoted(pendingSinceMs))
    add(pendingSinceMs, 'BigCommerce called it pending')
  // An end that a look or a person found is noted in their own words.
  if (!isNoted(endedAtMs)) add(endedAtMs, `ended: ${publicStatus(attempt.status)}${codeOf(attempt)}`)
  return entries.sort((one, other) => one.atMs - other.atMs)
}

const moneyOf = ({ amount, currency }: PaymentAttempt) =>
  amount === null || currency === null ? '' : ` over ${sayMoney({ amount, currency })}`

function codeOf({ problemCode, bigcommerceCode }: PaymentAttempt): string {
  const codes = [problemCode, bigcommerceCode === null ? null : `BigCommerce's code ${bigcommerceCode}`]
  const said = codes.filter((code) => code !== null)
  return said.length === 0 ? '' : ` (${said.join(', ')})`
}

/** What is paid, as people call it: an order, or a checkout that is none yet. */
export const subjectOf = ({ orderId, cartId }: Pick<PaymentAttempt, 'orderId' | 'cartId'>): string =>
  orderId === null ? `checkout ${cartId ?? ''}` : `order ${orderId}`
