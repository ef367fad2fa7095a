import { z } from 'zod'
import { BIGCOMMERCE_CODES } from '../../domain/bigcommerce-codes.ts'
import { isCardNumber } from '../../domain/card-number.ts'
import type { PaymentOutcome, UnknownReason } from '../../domain/payment-outcome.ts'
import { readErrorEnvelope, retryAfterSeconds, type UpstreamAnswer } from './answer.ts'

/** The recognised success. Its id is kept and shown, so that it must not be a card number. */
const Paid = z.looseObject({
  id: z
    .string()
    .min(1)
    .max(255)
    .refine((id) => !isCardNumber(id)),
  status: z.enum(['success', 'pending']),
  transaction_type: z.enum(['authorization', 'purchase']),
})
/** Until 2026 the published shape had no `data` around it; where there is one, it alone counts. */
const PaidAnswer = z.preprocess((json) => Object(json).data ?? json, Paid)

const authenticationWords = new Set(['three_d_secure_required', 'additional_action_required'])

/**
 * Names what an answer to a charge proves. A status alone proves nothing: only a recognised success is a
 * success, only a refusal in BigCommerce's own words is a refusal, and the rest is unknown.
 */
export function classifyCharge(answer: UpstreamAnswer): PaymentOutcome {
  if (answer.status === 429) {
    return { kind: 'not_sent', reason: 'rate_limited', retryAfterSeconds: retryAfterSeconds(answer) }
  }
  if (answer.status >= 200 && answer.status < 300) return classifySuccess(answer)
  if (answer.status >= 400 && answer.status < 500) return classifyRefusal(answer)
  return unknown('server_error', readErrorEnvelope(answer.json)?.code ?? null)
}

function classifySuccess({ json }: UpstreamAnswer): PaymentOutcome {
  const paid = PaidAnswer.safeParse(json)
  if (!paid.success) return unknown(json === undefined ? 'unreadable_answer' : 'unrecognised_answer')
  return {
    kind: paid.data.status === 'success' ? 'succeeded' : 'pending',
    bigcommercePaymentId: paid.data.id,
    transactionType: paid.data.transaction_type,
  }
}

function classifyRefusal({ status, json }: UpstreamAnswer): PaymentOutcome {
  const envelope = readErrorEnvelope(json)
  if (!envelope) return unknown('unreadable_answer')
  const { code, errorWords, hasFieldErrors } = envelope
  const row = code === null ? undefined : BIGCOMMERCE_CODES[code]
  if (row?.charge === 'unknown')
    return unknown(code === 30105 ? 'possible_duplicate' : 'unrecognised_answer', code)
  // A PAT of ours is refused when it was spent already: something on the way may have sent the charge twice, and this is
  // the answer to the second copy. Whatever code comes with it, the first copy may be charging.
  if (status === 401 || status === 403) return unknown('token_refused', code)
  if (code !== null) {
    return row
      ? { kind: 'declined', refusal: { by: 'code', bigcommerceCode: code } }
      : unknown('unrecognised_answer', code)
  }
  if (errorWords.some((word) => authenticationWords.has(word))) {
    return { kind: 'declined', refusal: { by: 'authentication_required' } }
  }
  return hasFieldErrors ? { kind: 'declined', refusal: { by: 'fields' } } : unknown('unrecognised_answer')
}

const unknown = (reason: UnknownReason, bigcommerceCode: number | null = null): PaymentOutcome => ({
  kind: 'unknown',
  reason,
  bigcommerceCode,
})
