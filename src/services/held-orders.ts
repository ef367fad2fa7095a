import type { KnownKey } from '../domain/idempotency-key.ts'
import { ASK_AGAIN_SECONDS, answerOf, locationOf, type PaymentAnswer } from '../domain/payment-answer.ts'
import { isRunning, type PaymentAttempt } from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'

export interface PaidOrder extends PaymentAnswer {
  /** Whether this is the answer that an earlier request with the same key was given. */
  readonly isReplay: boolean
}

/**
 * The answer to a key that is in use: a final one as it was given, else how the payment stands now.
 *
 * @throws Problem `idempotency_key_reused` for another request, `request_in_progress` while the first one runs.
 */
export function replay({ fingerprint, attempt, answer }: KnownKey, wanted: string, nowMs: number): PaidOrder {
  if (fingerprint !== wanted) throw new Problem('idempotency_key_reused')
  if (answer) return { ...answer, isReplay: true }
  if (isRunning(attempt.status)) throw new Problem('request_in_progress', askAgainAt(attempt))
  return { ...answerOf(attempt, nowMs), isReplay: false }
}

/** Says beside a payment that its instrument was not stored, though that was asked for. */
export function tellNotSaved(paid: PaidOrder): PaidOrder {
  if (!('data' in paid.body)) return paid
  const meta = { ...paid.body.meta, instrument_saved: false, instrument_saved_detail: notSaved } as const
  return { ...paid, body: { ...paid.body, meta } }
}

const notSaved =
  'The instrument was not stored: the caller token names no customer to store it for (customer_id). The payment does not depend on that.'

/** Why the order cannot be paid now: another attempt holds it. */
export const fencedBy = (attempt: PaymentAttempt): Problem =>
  attempt.status === 'succeeded'
    ? new Problem('order_already_paid', whereItStands(attempt))
    : new Problem('order_payment_in_progress', askAgainAt(attempt))

/** Of the other order nothing is said: the caller may not be allowed to see it. */
export const heldByCheckout = (standing: 'busy' | 'paid'): Problem =>
  standing === 'paid'
    ? new Problem('order_not_payable', {
        detail: 'Another order of the same checkout has been paid, so this one is not charged.',
      })
    : new Problem('order_payment_in_progress', {
        detail: 'Another order of the same checkout is being paid. Do not pay again.',
        retryAfterSeconds: ASK_AGAIN_SECONDS,
      })

const askAgainAt = (attempt: PaymentAttempt) => ({
  ...whereItStands(attempt),
  retryAfterSeconds: ASK_AGAIN_SECONDS,
})

/** Told only to callers who may pay the order, and so may see every attempt on it. */
const whereItStands = ({ id }: PaymentAttempt) => ({ paymentId: id, location: locationOf(id) })
