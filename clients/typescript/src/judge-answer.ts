import type { Answer } from './exchange.ts'
import type { Payment, Problem, ProblemCode } from './types.ts'

/** Why the result of a payment is not known. Only with `busy` it is certain that nothing was charged. */
export type WaitReason = 'lost' | 'processing' | 'pending' | 'unknown' | 'busy'

export type Verdict =
  | { readonly kind: 'paid'; readonly payment: Payment }
  /** The service's final answer about this payment, or about an order that it cannot pay. */
  | { readonly kind: 'ended'; readonly problem: Problem; readonly afterSeconds: number | null }
  /** A person has to look at it. Waiting does not help. */
  | { readonly kind: 'stuck'; readonly payment: Payment }
  | {
      readonly kind: 'wait'
      readonly reason: WaitReason
      readonly afterSeconds: number | null
      readonly payment: Payment | null
      /** The service's refusal; null when it may be charging, or did not answer. */
      readonly problem: Problem | null
    }

/** What an answer to a payment means. `inDoubt`: an earlier request with the same key may have charged. */
export function judgeAnswer(answer: Answer<{ readonly data: Payment }>, inDoubt: boolean): Verdict {
  if (answer.kind === 'lost') return waiting(answer.wasSent ? 'lost' : 'busy', null)
  const { afterSeconds } = answer
  if (answer.kind === 'ok') return judgePayment(answer.body.data, afterSeconds)

  const { problem } = answer
  switch (problem.code) {
    case 'request_in_progress':
      return waiting('processing', afterSeconds)
    case 'internal_error':
    case 'request_timeout':
      return waiting('unknown', afterSeconds)
    // Another payment of the order is in progress. When it has ended, the shopper decides again.
    case 'order_payment_in_progress':
    case 'order_already_paid':
      return { kind: 'ended', problem, afterSeconds }
    default:
      break
  }
  // A refusal of this request does not prove that an earlier one did not charge.
  const isFinal = inDoubt
    ? problem.retry === 'new_key' && !onlyTheRequest.has(problem.code)
    : isRefusal(problem)
  return isFinal ? { kind: 'ended', problem, afterSeconds } : waiting('busy', afterSeconds, null, problem)
}

/** These are about one request, or a proxy on its way. They say nothing about the payment. */
const onlyTheRequest: ReadonlySet<ProblemCode> = new Set([
  'malformed_request',
  'idempotency_key_missing',
  'idempotency_key_invalid',
  'payload_too_large',
  'unsupported_media_type',
  'headers_too_large',
])

/** A refused token was already renewed, where that is possible. */
const isRefusal = ({ retry, code }: Problem) =>
  retry === 'new_key' || retry === 'never' || code === 'unauthenticated'

export function judgePayment(payment: Payment, afterSeconds: number | null): Verdict {
  switch (payment.status) {
    case 'success':
      return { kind: 'paid', payment }
    case 'needs_review':
      return { kind: 'stuck', payment }
    case 'processing':
    case 'pending':
      return waiting(payment.status, afterSeconds, payment)
    default:
      return waiting('unknown', afterSeconds, payment)
  }
}

const waiting = (
  reason: WaitReason,
  afterSeconds: number | null,
  payment: Payment | null = null,
  problem: Problem | null = null,
): Verdict => ({ kind: 'wait', reason, afterSeconds, payment, problem })

export const endedUnpaid = ({ status }: Payment): boolean => status === 'declined' || status === 'not_charged'
