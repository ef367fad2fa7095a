import type { KnownKey } from '../domain/idempotency-key.ts'
import { ASK_AGAIN_SECONDS, answerOf } from '../domain/payment-answer.ts'
import { isRunning, type PaymentAttempt } from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'
import type { PaidOrder } from './pay-order.ts'

/**
 * What a key that is taken is answered: a final answer as it was, an unfinished one as it stands now.
 *
 * @throws Problem `idempotency_key_reused` for another request, `request_in_progress` while the first one runs.
 */
export function replay(known: KnownKey, fingerprint: string): PaidOrder {
  const { attempt, answer } = known
  if (known.fingerprint !== fingerprint) throw new Problem('idempotency_key_reused')
  if (answer) return { ...answer, isReplay: true }
  if (isRunning(attempt.status)) {
    throw new Problem('request_in_progress', {
      ...whereItStands(attempt),
      retryAfterSeconds: ASK_AGAIN_SECONDS,
    })
  }
  return { ...answerOf(attempt), isReplay: false }
}

/** Why an order cannot be paid now, by the attempt that stands before it. */
export const fencedBy = (attempt: PaymentAttempt): Problem =>
  attempt.status === 'succeeded'
    ? new Problem('order_already_paid', whereItStands(attempt))
    : new Problem('order_payment_in_progress', {
        ...whereItStands(attempt),
        retryAfterSeconds: ASK_AGAIN_SECONDS,
      })

/** Whoever gets here may pay the order, and so may see every attempt on it. */
const whereItStands = ({ id, orderId }: PaymentAttempt) => ({
  paymentId: id,
  location: `/orders/${orderId}/payments/${id}`,
})
