import { BIGCOMMERCE_CODES } from '../domain/bigcommerce-codes.ts'
import { declinedAfterDoubt, type PaymentAnswer } from '../domain/payment-answer.ts'
import type { PaymentAttempt } from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'
import type { ProblemCode } from '../domain/problems.ts'
import type { Pay } from './held-orders.ts'

/**
 * The bank's answers about a card. Card testers want to tell them apart: a card that has expired, has no funds or needs a
 * challenge is a real card.
 */
const BANK_ANSWERS = ['payment_declined', 'payment_authentication_required'] as const
const bankAnswers = new Set<ProblemCode>(BANK_ANSWERS)

/** The answer without the bank's reason. Every other answer stays as it is. */
export function opaqueAnswer<Answer extends PaymentAnswer>(answer: Answer): Answer {
  const { body } = answer
  if (!('code' in body) || !bankAnswers.has(body.code)) return answer
  const { request_id: requestId, payment_id: paymentId } = body
  const problem = new Problem('payment_declined', {
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(body.detail === declinedAfterDoubt ? { detail: declinedAfterDoubt } : {}),
  })
  return { ...answer, status: problem.status, body: problem.toBody(requestId) }
}

/** The same for an attempt that is read. */
export function opaqueAttempt(attempt: PaymentAttempt): PaymentAttempt {
  const { bigcommerceCode, problemCode } = attempt
  const isOfBank =
    (problemCode !== null && bankAnswers.has(problemCode)) ||
    (bigcommerceCode !== null && BIGCOMMERCE_CODES[bigcommerceCode]?.problem === 'payment_declined')
  return isOfBank ? { ...attempt, bigcommerceCode: null, problemCode: 'payment_declined' } : attempt
}

/**
 * The same services, which do not tell the bank's reasons. The ledger keeps them, for the merchant; so a replay follows the
 * setting of today.
 */
export const withOpaqueAnswers =
  <Command>(pay: Pay<Command>): Pay<Command> =>
  async (command, context) =>
    opaqueAnswer(await pay(command, context))

export const withOpaqueAttempts =
  <Asked extends unknown[]>(list: (...asked: Asked) => Promise<readonly PaymentAttempt[]>) =>
  async (...asked: Asked): Promise<PaymentAttempt[]> =>
    (await list(...asked)).map(opaqueAttempt)
