import { BIGCOMMERCE_CODES } from './bigcommerce-codes.ts'
import type { Settlement } from './payment-attempt.ts'
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
      /** null where BigCommerce does not say. */
      readonly transactionType: TransactionType | null
    }
  | { readonly kind: 'declined'; readonly refusal: Refusal }
  | { readonly kind: 'not_sent'; readonly reason: NotSentReason }
  | TurnedAway
  | UnknownOutcome

/** A 429 with BigCommerce's own marks. Another copy of the charge may have been taken, if a proxy made one. */
export interface TurnedAway {
  readonly kind: 'turned_away'
  readonly reason: 'rate_limited'
  readonly retryAfterSeconds: number
  /** By BigCommerce's clock; null where the answer has no `Date`. */
  readonly answeredAtMs: number | null
}

export interface UnknownOutcome {
  readonly kind: 'unknown'
  readonly bigcommerceCode: number | null
  readonly reason: UnknownReason
  /** A refusal in words that we do not know: it proves little, but it is an answer, so looks over a short window settle it. */
  readonly refused?: { readonly as: 'refused' | 'refused_oddly'; readonly atMs: number | null }
}

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
      return { status: 'not_sent', problemCode: 'upstream_unavailable', isProvenUnsent: true }
    case 'turned_away':
      return {
        status: 'unknown',
        answeredAs: 'turned_away',
        answeredAtMs: outcome.answeredAtMs,
        firstLookInMs: 0,
      }
    case 'unknown': {
      const { bigcommerceCode, refused, reason } = outcome
      if (!refused) return { status: 'unknown', bigcommerceCode, ...(reason === 'token_refused' ? soon : {}) }
      return {
        status: 'unknown',
        bigcommerceCode,
        answeredAs: refused.as,
        answeredAtMs: refused.atMs,
        firstLookInMs: 0,
      }
    }
    default:
      return outcome satisfies never
  }
}

/** A PAT that is refused was spent by another copy of the charge, which most likely shows by now. */
const soon = { firstLookInMs: 1_000 }

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
