import type { Answer } from './payments-api.ts'
import type { Payment, Problem } from './payments-api-types.ts'

/** Why the end of a payment is not known yet. */
export type Doubt = 'lost' | 'processing' | 'pending' | 'unknown' | 'needs_review' | 'busy'

export type Verdict =
  | { readonly kind: 'paid'; readonly payment: Payment }
  | { readonly kind: 'already_paid' }
  /** Another payment of the order is under way: in another tab, or from before a reload. */
  | { readonly kind: 'other_payment' }
  /** Nothing was charged, and nothing will be. */
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'ask_again'; readonly doubt: Doubt; readonly afterSeconds: number | null }

/** What an answer to a payment means for the shopper. Whatever proves nothing is asked again, with the same key. */
export function judgeAnswer(answer: Answer<{ readonly data: Payment }>): Verdict {
  if (answer.kind === 'lost') return { kind: 'ask_again', doubt: 'lost', afterSeconds: null }
  const { retryAfterSeconds: afterSeconds } = answer
  if (answer.kind === 'ok') {
    const { data: payment } = answer.body
    if (payment.status === 'success') return { kind: 'paid', payment }
    return { kind: 'ask_again', doubt: doubtOf(payment.status), afterSeconds }
  }
  const { problem } = answer
  switch (problem.code) {
    case 'order_already_paid':
      return { kind: 'already_paid' }
    case 'order_payment_in_progress':
      return { kind: 'other_payment' }
    case 'request_in_progress':
      return { kind: 'ask_again', doubt: 'processing', afterSeconds }
    case 'internal_error':
    case 'request_timeout':
      return { kind: 'ask_again', doubt: 'unknown', afterSeconds }
    default:
      return problem.retry === 'after' && problem.status === 503
        ? { kind: 'ask_again', doubt: 'busy', afterSeconds }
        : { kind: 'refused', problem }
  }
}

function doubtOf(status: string): Doubt {
  return status === 'pending' || status === 'processing' || status === 'needs_review' ? status : 'unknown'
}
