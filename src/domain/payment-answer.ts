import { BIGCOMMERCE_CODES } from './bigcommerce-codes.ts'
import { type HeldPayment, heldPayment } from './held-payment.ts'
import {
  isFinal,
  isInDoubt,
  isUnsettled,
  type PaymentAttempt,
  type PublicStatus,
  publicStatus,
} from './payment-attempt.ts'
import { type InstrumentType, paysAPart } from './payment-instrument.ts'
import { Problem, type ProblemBody, type ProblemOptions } from './problem.ts'
import type { ProblemCode } from './problems.ts'
import type { TransactionType } from './transaction.ts'

/** How soon to ask again about a payment without an end: most take a second or two. */
export const ASK_AGAIN_SECONDS = 2

/**
 * Where a payment can be read, from any route beside `payments` (`/orders/1/pay`). Relative, so that it also holds behind a
 * proxy that adds a path prefix (RFC 3986 §5).
 */
export const locationOf = (paymentId: string): string => `payments/${paymentId}`

/** A payment as callers see it. `status` and `transaction_type` are BigCommerce's own fields. While it is held in doubt, it says why and until when. */
export interface PaymentView extends Partial<HeldPayment> {
  id: string
  /** null until the order is made of its checkout. */
  order_id: number | null
  status: PublicStatus
  transaction_type: TransactionType | null
  amount: number | null
  currency: string | null
  payment_method_id: string
  instrument_type: InstrumentType
  bigcommerce_id: string | null
  bigcommerce_code: number | null
  created_at: string
  updated_at: string
}

export interface PaymentBody {
  data: PaymentView
  meta: { retry?: 'after'; detail?: string; instrument_saved?: false; instrument_saved_detail?: string }
}

/** The answer about a payment. A final one is kept with its key and given again as it was. */
export interface PaymentAnswer {
  readonly status: number
  readonly body: PaymentBody | ProblemBody
}

/** @param nowMs decides what is still to come: the next look, and when the order is free at the latest. */
export const toPaymentView = (attempt: PaymentAttempt, nowMs: number): PaymentView => ({
  id: attempt.id,
  order_id: attempt.orderId,
  status: publicStatus(attempt.status),
  transaction_type: attempt.transactionType,
  amount: paysAPart(attempt.instrumentType) ? null : attempt.amount,
  currency: attempt.currency,
  payment_method_id: attempt.paymentMethodId,
  instrument_type: attempt.instrumentType,
  bigcommerce_id: attempt.bigcommercePaymentId,
  bigcommerce_code: attempt.bigcommerceCode,
  created_at: new Date(attempt.createdAtMs).toISOString(),
  updated_at: new Date(attempt.updatedAtMs).toISOString(),
  ...(isUnsettled(attempt.status) ? heldPayment(attempt, nowMs) : {}),
})

/** A payment as it is read, with advice while it is not final. */
export function toPaymentBody(attempt: PaymentAttempt, nowMs: number): PaymentBody {
  const data = toPaymentView(attempt, nowMs)
  if (!isFinal(attempt.status)) return { data, meta: { retry: 'after', detail: notFinal(data.status) } }
  return { data, meta: attempt.decidedAtMs === null ? {} : { detail: decided(attempt.status) } }
}

/**
 * The answer to the caller who pays: 201 paid, 202 not final, else the problem in which the attempt ended. A final one depends
 * on nothing but the attempt, so asking twice gives the same answer.
 */
export function answerOf(attempt: PaymentAttempt, nowMs: number): PaymentAnswer {
  if (attempt.status === 'succeeded') return { status: 201, body: toPaymentBody(attempt, nowMs) }
  if (attempt.problemCode) {
    const problem = problemOf(attempt, attempt.problemCode)
    return { status: problem.status, body: problem.toBody(attempt.requestId) }
  }
  return { status: 202, body: toPaymentBody(attempt, nowMs) }
}

/** The answer to keep with the key, if it is final. The key of an attempt that was never sent is free again, and keeps none. */
export const keptAnswer = (settled: PaymentAttempt): PaymentAnswer | null =>
  isFinal(settled.status) && settled.status !== 'not_sent' ? answerOf(settled, settled.updatedAtMs) : null

function problemOf(attempt: PaymentAttempt, code: ProblemCode): Problem {
  const { bigcommerceCode } = attempt
  const row = bigcommerceCode === null ? undefined : BIGCOMMERCE_CODES[bigcommerceCode]
  // After doubt there is no more to say than what BigCommerce shows, or who has decided.
  const told =
    attempt.decidedAtMs !== null
      ? decided(attempt.status)
      : isInDoubt(attempt) && code === 'payment_declined'
        ? declinedAfterDoubt
        : row?.problem === code && row.detail
  const detail: ProblemOptions = told ? { detail: told } : {}
  return new Problem(code, { bigcommerceCode, paymentId: attempt.id, ...detail })
}

/** What is told of a payment that was not charged, after doubt. It says nothing of what the bank said. */
export const declinedAfterDoubt =
  'The answer to this payment was not clear. BigCommerce shows no charge for it. The shopper can pay again.'

/** A person has decided, and not BigCommerce. */
const decided = (status: PaymentAttempt['status']): string =>
  status === 'succeeded'
    ? 'It was not known whether this payment went through. This was decided by the shop: it was charged.'
    : 'It was not known whether this payment went through. This was decided by the shop: nothing was charged. The shopper can pay again.'

const notFinal = (status: PublicStatus): string => {
  switch (status) {
    case 'processing':
      return 'The payment is in progress. Do not pay again.'
    case 'pending':
      return 'BigCommerce has accepted the payment, but not completed it yet. Do not pay again.'
    case 'needs_review':
      return 'This service could not find out whether the payment went through. A person must check it at BigCommerce. Do not pay again.'
    default:
      return 'It is not known yet whether the payment went through. Do not pay again; ask again with the same key.'
  }
}
