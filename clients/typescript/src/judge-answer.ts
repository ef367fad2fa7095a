import type { Answer } from './exchange.ts'
import type { Payment, Problem, ProblemCode } from './types.ts'

/** Why a payment is not known to have ended. Only while `busy` it is certain that nothing has been charged. */
export type WaitReason = 'lost' | 'processing' | 'pending' | 'unknown' | 'busy'

export type Verdict =
  | { readonly kind: 'paid'; readonly payment: Payment }
  /** The service's final word about this very payment, or about an order that cannot be paid by it. */
  | { readonly kind: 'ended'; readonly problem: Problem; readonly afterSeconds: number | null }
  /** A person has to look: waiting will not help. */
  | { readonly kind: 'stuck'; readonly payment: Payment }
  | {
      readonly kind: 'wait'
      readonly reason: WaitReason
      readonly afterSeconds: number | null
      readonly payment: Payment | null
      /** What the service said, where it said no; null when it may be charging, or did not answer. */
      readonly problem: Problem | null
    }

/** What an answer to a payment means. `inDoubt` is whether an earlier request of the same key may have charged. */
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
    // Another payment of the order is under way. When it has ended, whoever began this one must decide anew.
    case 'order_payment_in_progress':
    case 'order_already_paid':
      return { kind: 'ended', problem, afterSeconds }
    default:
      break
  }
  // Once in doubt, that this request was refused is no proof that an earlier one did not charge.
  const isFinal = inDoubt
    ? problem.retry === 'new_key' && !onlyTheRequest.has(problem.code)
    : isRefusal(problem)
  return isFinal ? { kind: 'ended', problem, afterSeconds } : waiting('busy', afterSeconds, null, problem)
}

/** These say something of one request, or of what it went through on its way, and nothing of the payment. */
const onlyTheRequest: ReadonlySet<ProblemCode> = new Set([
  'malformed_request',
  'idempotency_key_missing',
  'idempotency_key_invalid',
  'payload_too_large',
  'unsupported_media_type',
  'headers_too_large',
])

/** A token that is not taken has been renewed by now, where it can be. */
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
