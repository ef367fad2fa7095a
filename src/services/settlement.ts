import { BIGCOMMERCE_CODES } from '../domain/bigcommerce-codes.ts'
import type { Settlement } from '../domain/payment-attempt.ts'
import type { PaymentOutcome, Refusal } from '../domain/payment-outcome.ts'
import { Problem } from '../domain/problem.ts'

/** What the ledger records of an outcome. */
export function settlementOf(outcome: PaymentOutcome): Settlement {
  switch (outcome.kind) {
    case 'succeeded':
    case 'pending': {
      const { kind: status, bigcommercePaymentId, transactionType } = outcome
      return { status, bigcommercePaymentId, transactionType }
    }
    case 'declined':
      return { status: 'declined', ...refusalOnRecord(outcome.refusal) }
    case 'not_sent':
      return { status: 'not_sent', problemCode: problemOfNotSent(outcome).code }
    case 'unknown':
      return { status: 'unknown', bigcommerceCode: outcome.bigcommerceCode }
    default:
      return outcome satisfies never
  }
}

function refusalOnRecord(refusal: Refusal): Pick<Settlement, 'bigcommerceCode' | 'problemCode'> {
  switch (refusal.by) {
    case 'code': {
      const { bigcommerceCode } = refusal
      return {
        bigcommerceCode,
        problemCode: BIGCOMMERCE_CODES[bigcommerceCode]?.problem ?? 'payment_declined',
      }
    }
    case 'fields':
      return { problemCode: 'payment_rejected' }
    case 'authentication_required':
      return { problemCode: 'payment_authentication_required' }
    default:
      return refusal satisfies never
  }
}

/** A charge that never left is the one end after which the same key may try again. */
export function problemOfNotSent(outcome: Extract<PaymentOutcome, { kind: 'not_sent' }>): Problem {
  return outcome.reason === 'rate_limited'
    ? new Problem('upstream_busy', { retryAfterSeconds: outcome.retryAfterSeconds })
    : new Problem('upstream_unavailable')
}
