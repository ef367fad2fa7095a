/** `purchase` is captured money; `authorization` is reserved money that the merchant captures later. */
export type TransactionType = 'authorization' | 'purchase'

/**
 * What one submission to the payments host taught us (design decision 0001). Outcomes are values: a declined
 * card is an answer, not an exception.
 *
 * - `not_sent` is said only on proof that no charge can have started.
 * - `unknown` is everything that could not be classified, and never becomes anything else by itself.
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

/** BigCommerce classified the payment and refused it: nothing was charged. */
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
