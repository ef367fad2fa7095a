import { BIGCOMMERCE_CODES } from './bigcommerce-codes.ts'
import type { Settlement } from './payment-attempt.ts'
import { Problem } from './problem.ts'
import type { TransactionType } from './transaction.ts'

/**
 * What is known after one charge was sent, or was to be sent (decision 0001). Outcomes are values: a declined card is an
 * answer, not an exception.
 *
 * - `not_sent` only where it is certain that no charge can have started.
 * - `unknown` for everything that could not be classified. It never becomes anything else by itself.
 */
export type PaymentOutcome =
  | {
      readonly kind: 'succeeded' | 'pending'
      readonly bigcommercePaymentId: string
      readonly transactionType: TransactionType
    }
  | { readonly kind: 'declined'; readonly refusal: Refusal }
  | { readonly kind: 'not_sent'; readonly reason: NotSentReason }
  | { readonly kind: 'not_sent'; readonly reason: 'rate_limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'unknown'; readonly bigcommerceCode: number | null; readonly reason: UnknownReason }

/** Why BigCommerce refused the payment. Nothing was charged. */
export type Refusal =
  | { readonly by: 'code'; readonly bigcommerceCode: number }
  | { readonly by: 'fields' | 'authentication_required' }

export type NotSentReason = 'unreachable' | 'too_late'

export type UnknownReason =
  | 'timed_out'
  | 'connection_lost'
  | 'server_error'
  | 'unreadable_answer'
  | 'unrecognised_answer'
  | 'possible_duplicate'
  | 'token_refused'

/** What the ledger writes down of an outcome. */
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

/** The answer where the charge never left. Only then may the same key try again. */
export function problemOfNotSent(outcome: Extract<PaymentOutcome, { kind: 'not_sent' }>): Problem {
  return outcome.reason === 'rate_limited'
    ? new Problem('upstream_busy', { retryAfterSeconds: outcome.retryAfterSeconds })
    : new Problem('upstream_unavailable')
}
