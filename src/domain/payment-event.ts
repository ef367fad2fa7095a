import { type PaymentView, toPaymentView } from './payment-answer.ts'
import {
  type AttemptStatus,
  isFinal,
  isUnsettled,
  type PaymentAttempt,
  type PublicStatus,
  publicStatus,
} from './payment-attempt.ts'

/** What may be told of a payment. The set may grow; receivers pass over what they do not know. */
export const EVENT_TYPES = [
  'payment.success',
  'payment.declined',
  'payment.not_charged',
  'payment.needs_review',
  'payment.held',
  'payment.corrected',
  'payment.duplicate',
  'payment.voided',
] as const

export type EventType = (typeof EVENT_TYPES)[number]

/** An event before it has a payment: its type, and what tells it from the payment's other events. */
export interface Telling {
  readonly type: EventType
  readonly key: string
}

/** What is sent, word for word, at every try. */
export interface EventBody {
  readonly type: EventType
  /** When it happened; ISO 8601 in UTC. */
  readonly timestamp: string
  readonly data: PaymentView & { readonly previous_status: PublicStatus }
}

export interface PaymentEvent {
  readonly id: string
  readonly type: EventType
  readonly body: EventBody
}

/** One for each payment: it says that the order must be looked at, however many charges show. */
export const duplicate: Telling = { type: 'payment.duplicate', key: 'duplicate' }

/**
 * What is told of a payment that has come from one status to another; null for nothing. Nothing is told of a payment that was
 * never sent; only where it was told as held before, its receiver must hear that it is over.
 */
export function tellingOfStep(before: AttemptStatus, after: AttemptStatus): Telling | null {
  switch (after) {
    case 'succeeded':
      return isFinal(before)
        ? { type: 'payment.corrected', key: 'corrected' }
        : { type: 'payment.success', key: 'success' }
    case 'declined':
    case 'not_charged':
    case 'needs_review':
      return { type: `payment.${after}`, key: after }
    case 'unknown':
    case 'pending':
      return { type: 'payment.held', key: after }
    case 'not_sent':
      return isUnsettled(before) ? { type: 'payment.not_charged', key: 'not_charged' } : null
    case 'claimed':
    case 'sending':
      return null
    default:
      return after satisfies never
  }
}

/**
 * An event of a payment. Its id follows from what happened, so that the same happening has the same id, also in a ledger that
 * was restored from a backup and finds it out again.
 *
 * @param before the payment's status before it happened.
 */
export const eventOf = (
  { type, key }: Telling,
  payment: PaymentAttempt,
  before: AttemptStatus,
  nowMs: number,
): PaymentEvent => ({
  id: `evt_${payment.id}_${key}`,
  type,
  body: {
    type,
    timestamp: new Date(nowMs).toISOString(),
    data: { ...toPaymentView(payment, nowMs), previous_status: publicStatus(before) },
  },
})
