import { BIGCOMMERCE_CODES } from './bigcommerce-codes.ts'
import type { PaymentAnswer } from './payment-answer.ts'
import type { PaymentAttempt } from './payment-attempt.ts'
import { Problem } from './problem.ts'
import type { ProblemCode } from './problems.ts'

/**
 * The bank's answers about a card. To one who tests cards their difference is what he pays for: an expired card, one
 * without funds and one that wants a challenge are all real.
 */
const BANK_ANSWERS = ['payment_declined', 'payment_authentication_required'] as const
const bankAnswers = new Set<ProblemCode>(BANK_ANSWERS)

/** An answer that says that the bank declined, and not why. Every other answer stays as it is. */
export function opaqueAnswer<Answer extends PaymentAnswer>(answer: Answer): Answer {
  const { body } = answer
  if (!('code' in body) || !bankAnswers.has(body.code)) return answer
  const { request_id: requestId, payment_id: paymentId } = body
  const problem = new Problem('payment_declined', paymentId === undefined ? {} : { paymentId })
  return { ...answer, status: problem.status, body: problem.toBody(requestId) }
}

/** The same of an attempt that is read. */
export function opaqueAttempt(attempt: PaymentAttempt): PaymentAttempt {
  const { bigcommerceCode, problemCode } = attempt
  const isOfBank =
    (problemCode !== null && bankAnswers.has(problemCode)) ||
    (bigcommerceCode !== null && BIGCOMMERCE_CODES[bigcommerceCode]?.problem === 'payment_declined')
  return isOfBank ? { ...attempt, bigcommerceCode: null, problemCode: 'payment_declined' } : attempt
}
