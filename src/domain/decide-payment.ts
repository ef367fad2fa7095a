import { type Conclusion, type End, quietForMs, reviewAfterMs } from './conclusion.ts'
import type { OrderReading } from './order.ts'
import type { PaymentAttempt } from './payment-attempt.ts'
import { patSkewMs } from './whose-charge.ts'

/** How a person says that a payment ended. */
export const DECISIONS = ['charged', 'not-charged'] as const
export type Decision = (typeof DECISIONS)[number]

/**
 * Whether a person's decision stands, given what a look has just found.
 *
 * - `decided`: nothing that was seen contradicts it.
 * - `found`: the look has proven the same by itself.
 * - `refused`: what was seen contradicts it, or it is too early. What the look has proven is written all the same.
 */
export type Judgement =
  | { readonly kind: 'decided'; readonly end: End }
  | { readonly kind: 'found' }
  | { readonly kind: 'refused'; readonly why: string }

/**
 * Compares a person's decision with a look at the order (decision 0037).
 *
 * @param reading null where BigCommerce could not be read at all.
 */
export function judgeDecision(
  decision: Decision,
  attempt: PaymentAttempt,
  { verdict, end }: Conclusion,
  reading: OrderReading | null,
  nowMs: number,
): Judgement {
  if (decision === 'charged') {
    if (verdict?.kind === 'charged') return { kind: 'found' }
    if (verdict?.kind === 'failed')
      return refused('BigCommerce shows that this payment was pending and has failed: it was not charged.')
    return { kind: 'decided', end: { status: 'succeeded', isDecided: true } }
  }
  if (verdict?.kind === 'charged')
    return refused('BigCommerce shows the charge: the payment is settled as success.')
  if (verdict?.kind === 'pending')
    return refused(
      'BigCommerce shows it as pending: it may still be charged. Wait until it has ended, or void it there.',
    )
  if (verdict?.kind === 'unclear' && verdict.isSign)
    return refused(
      'BigCommerce shows a sign of a charge on this order, though not clearly whose. Look at it in the control panel.',
    )
  if (end && (end.status === 'declined' || end.status === 'not_charged' || end.status === 'not_sent'))
    return { kind: 'found' }
  const early = tooEarly(attempt, reading, nowMs)
  return early === null
    ? { kind: 'decided', end: { status: 'not_charged', problemCode: 'payment_not_charged', isDecided: true } }
    : refused(early)
}

const refused = (why: string): Judgement => ({ kind: 'refused', why })

/** As long as a charge can still begin or show, no one can know that there is none. */
function tooEarly(
  { patExpiresAtMs, sentAtMs, createdAtMs }: PaymentAttempt,
  reading: OrderReading | null,
  nowMs: number,
) {
  const bigcommerceNowMs = reading?.answeredAtMs ?? null
  if (patExpiresAtMs === null || bigcommerceNowMs === null) {
    const fromMs = (sentAtMs ?? createdAtMs) + reviewAfterMs
    return nowMs >= fromMs
      ? null
      : `${patExpiresAtMs === null ? 'It is not known until when it can be charged' : "BigCommerce's clock could not be read"}, so "not charged" can be said a week after it was sent: from ${new Date(fromMs).toISOString()}.`
  }
  const fromMs = patExpiresAtMs + patSkewMs + quietForMs
  return bigcommerceNowMs >= fromMs
    ? null
    : `It could still be charged, or a charge could still show. "Not charged" can be said from ${new Date(fromMs).toISOString()}.`
}
