import { BIGCOMMERCE_CODES } from '../domain/bigcommerce-codes.ts'
import { whyInDoubt } from '../domain/held-payment.ts'
import { declinedAfterDoubt, type PaymentAnswer, type PaymentView } from '../domain/payment-answer.ts'
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

/** The answer without the bank's reason. Every other answer stays as it is, but for the bank's code. */
export function opaqueAnswer<Answer extends PaymentAnswer>(answer: Answer): Answer {
  const { body } = answer
  if (!('code' in body)) return { ...answer, body: { ...body, data: opaqueView(body.data) } }
  if (!bankAnswers.has(body.code)) {
    const { bigcommerce_code: code = null, ...others } = body
    return isOfBank(code) ? { ...answer, body: others } : answer
  }
  const { request_id: requestId, payment_id: paymentId } = body
  const problem = new Problem('payment_declined', {
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(body.detail === declinedAfterDoubt ? { detail: declinedAfterDoubt } : {}),
  })
  return { ...answer, status: problem.status, body: problem.toBody(requestId) }
}

const isOfBank = (code: number | null): boolean =>
  code !== null && BIGCOMMERCE_CODES[code]?.problem === 'payment_declined'

/** A payment in doubt may bear the bank's code, and say it in a sentence. */
function opaqueView(payment: PaymentView): PaymentView {
  const { bigcommerce_code: code, why } = payment
  if (!isOfBank(code)) return payment
  const hidden = why?.includes(String(code))
    ? { why: whyInDoubt({ answeredAs: null, bigcommerceCode: null }) }
    : {}
  return { ...payment, bigcommerce_code: null, ...hidden }
}

/** The same for an attempt that is read. */
export function opaqueAttempt(attempt: PaymentAttempt): PaymentAttempt {
  const { bigcommerceCode, problemCode } = attempt
  const isReason = problemCode !== null && bankAnswers.has(problemCode)
  if (!isReason && !isOfBank(bigcommerceCode)) return attempt
  return { ...attempt, bigcommerceCode: null, problemCode: isReason ? 'payment_declined' : problemCode }
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
