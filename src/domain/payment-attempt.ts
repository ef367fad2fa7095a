import type { InstrumentType } from './payment-instrument.ts'
import type { TransactionType } from './payment-outcome.ts'
import type { ProblemCode } from './problems.ts'

/** Where an attempt stands in the ledger. Callers see the fewer words of {@link publicStatus}. */
export const ATTEMPT_STATUSES = [
  'claimed',
  'sending',
  'succeeded',
  'pending',
  'declined',
  'not_sent',
  'not_charged',
  'unknown',
  'needs_review',
] as const

export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number]

/** Of payments that have been sent and have no end yet: what is still looked up at BigCommerce. */
export const UNSETTLED_STATUSES = ['unknown', 'pending', 'needs_review'] as const
export type UnsettledStatus = (typeof UNSETTLED_STATUSES)[number]

export const isUnsettled = (status: AttemptStatus): status is UnsettledStatus =>
  (UNSETTLED_STATUSES as readonly AttemptStatus[]).includes(status)

/**
 * The state machine, as data. `not_sent` is reachable only before and during sending, and so is `claimed` again, for a
 * charge that was turned away unread and is to be tried once more; from `unknown` only
 * evidence leads on (`not_charged`), never the passing of time.
 */
const NEXT = {
  claimed: ['sending', 'not_sent'],
  sending: ['claimed', 'succeeded', 'pending', 'declined', 'not_sent', 'unknown'],
  pending: ['succeeded', 'declined', 'needs_review'],
  unknown: ['succeeded', 'pending', 'declined', 'not_charged', 'needs_review'],
  needs_review: ['succeeded', 'declined', 'not_charged'],
  succeeded: [],
  declined: [],
  not_sent: [],
  not_charged: [],
} as const satisfies Record<AttemptStatus, readonly AttemptStatus[]>

export const mayBecome = (from: AttemptStatus, to: AttemptStatus): boolean =>
  (NEXT[from] as readonly AttemptStatus[]).includes(to)

export const isFinal = (status: AttemptStatus): boolean => NEXT[status].length === 0

/** The statuses from which an attempt may come to this one: what the ledger's compare-and-set demands. */
export const statusesBefore = (to: AttemptStatus): AttemptStatus[] =>
  ATTEMPT_STATUSES.filter((from) => mayBecome(from, to))

export const PUBLIC_STATUSES = [
  'processing',
  'success',
  'pending',
  'declined',
  'not_charged',
  'unknown',
  'needs_review',
] as const

export type PublicStatus = (typeof PUBLIC_STATUSES)[number]

const PUBLIC = {
  claimed: 'processing',
  sending: 'processing',
  succeeded: 'success',
  pending: 'pending',
  declined: 'declined',
  not_sent: 'not_charged',
  not_charged: 'not_charged',
  unknown: 'unknown',
  needs_review: 'needs_review',
} as const satisfies Record<AttemptStatus, PublicStatus>

/** The word a caller is told. */
export const publicStatus = (status: AttemptStatus): PublicStatus => PUBLIC[status]

export interface QuietLooks {
  readonly looks: number
  readonly sinceMs: number
}

/** One intent to pay one order: a row of the ledger. Holds nothing of the instrument but its type. */
export interface PaymentAttempt {
  readonly id: string
  readonly orderId: number
  /** The signed-in customer who started it, null for a guest or a server. */
  readonly customerId: number | null
  readonly instrumentType: InstrumentType
  readonly paymentMethodId: string
  readonly status: AttemptStatus
  /** Minor units, from the PAT's claims; null until a PAT was made. */
  readonly amount: number | null
  readonly currency: string | null
  readonly transactionType: TransactionType | null
  readonly bigcommercePaymentId: string | null
  readonly bigcommerceCode: number | null
  /** Which problem the caller was answered, where the attempt ended in one. */
  readonly problemCode: ProblemCode | null
  /** The X-Correlation-Id that BigCommerce saw on every call of this attempt. */
  readonly correlationId: string
  /** The request that opened the attempt. */
  readonly requestId: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** When the charge was about to leave; null when it never was. */
  readonly sentAtMs: number | null
  /** After this moment the attempt's PAT can start no payment any more. */
  readonly patExpiresAtMs: number | null
  /** How often it has been looked up at BigCommerce since its answer was lost. */
  readonly looks: number
  /** The latest looks, after the PAT had expired, that found the order untouched: how many, and since when. */
  readonly quiet: QuietLooks | null
}
