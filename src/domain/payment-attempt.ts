import { type InstrumentType, paysAPart } from './payment-instrument.ts'
import type { ProblemCode } from './problems.ts'
import type { TransactionType } from './transaction.ts'

/** Where an attempt stands in the ledger. Callers are told the fewer words of {@link publicStatus}. */
export const ATTEMPT_STATUSES = [
  'claimed',
  'sending',
  'succeeded',
  'declined',
  'not_sent',
  'not_charged',
  'unknown',
  'pending',
  'needs_review',
] as const

export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number]

/**
 * The state machine, as data. `not_sent` is reachable only before and during sending; from `unknown` only evidence leads on,
 * never the passing of time. ({@link mayBeTakenBack} and the like are what it takes beside a status.)
 */
const NEXT = {
  claimed: ['sending', 'not_sent'],
  sending: ['succeeded', 'pending', 'declined', 'not_sent', 'unknown'],
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

type FinalStatus = {
  [Status in AttemptStatus]: (typeof NEXT)[Status] extends readonly [] ? Status : never
}[AttemptStatus]

export const isFinal = (status: AttemptStatus): status is FinalStatus => NEXT[status].length === 0
export const FINAL_STATUSES = ATTEMPT_STATUSES.filter(isFinal)

/** A request is working on the attempt, in one instance; if that instance dies, recovery takes over. */
export const RUNNING_STATUSES = ['claimed', 'sending'] as const
type RunningStatus = (typeof RUNNING_STATUSES)[number]
export const isRunning = (status: AttemptStatus): status is RunningStatus =>
  (RUNNING_STATUSES as readonly AttemptStatus[]).includes(status)

/** No request is working on the attempt, and it has no end: reconciliation looks it up at BigCommerce. */
export type UnsettledStatus = Exclude<AttemptStatus, FinalStatus | RunningStatus>

export const isUnsettled = (status: AttemptStatus): status is UnsettledStatus =>
  !isFinal(status) && !isRunning(status)
export const UNSETTLED_STATUSES = ATTEMPT_STATUSES.filter(isUnsettled)

/** Its charge has departed, or may have, and its end is not known: it may take money. */
export const isSent = (status: AttemptStatus): boolean => status === 'sending' || isUnsettled(status)

/** It has taken money, the whole or a part, or may have. */
export const mayHaveCharged = (status: AttemptStatus): boolean => isSent(status) || status === 'succeeded'
export const MAY_HAVE_CHARGED = ATTEMPT_STATUSES.filter(mayHaveCharged)

/** The machine looks such an attempt up by itself, until it leaves it to a person. */
export const isLookedUp = (status: AttemptStatus): boolean => mayBecome(status, 'needs_review')

/** Its end may come by itself while a client waits. What is left to a person may take days. */
export const mayEndSoon = (status: AttemptStatus): boolean => isRunning(status) || isLookedUp(status)

/** It was sent, and has ended without a charge. */
export const hasFailed = (status: AttemptStatus): boolean =>
  status !== 'succeeded' && isFinal(status) && UNSETTLED_STATUSES.some((from) => mayBecome(from, status))

type Paid = Pick<PaymentAttempt, 'status' | 'instrumentType'>

/** It paid all that was due. */
export const closesOrder = ({ status, instrumentType }: Paid): boolean =>
  status === 'succeeded' && !paysAPart(instrumentType)

/** It paid from a balance, which may not have been all that was due. */
export const hasPaidAPart = ({ status, instrumentType }: Paid): boolean =>
  status === 'succeeded' && paysAPart(instrumentType)

/**
 * The order fence: while an attempt holds its order, no other attempt on the order may be claimed. It does until its end is
 * known, and for good if it paid all that was due; unless another attempt held the order already when a late charge showed.
 */
export const mayHoldOrder = (status: AttemptStatus, instrumentType: InstrumentType): boolean =>
  !isFinal(status) || closesOrder({ status, instrumentType })

/** The statuses from which an attempt may come to this one. The ledger moves it from no other. */
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

/** The status that a caller is told. */
export const publicStatus = (status: AttemptStatus): PublicStatus => PUBLIC[status]

/**
 * How BigCommerce answered a charge without proving its end: `refused` in words that we do not know on 400, 402 or 422,
 * `refused_oddly` on another 4xx, `turned_away` by 429 twice.
 */
export type AnsweredAs = 'refused' | 'refused_oddly' | 'turned_away'

/** Whether the attempt's end was unknown or pending once: only such an end is ever corrected. */
export const isInDoubt = ({ unsettledSinceMs }: Pick<PaymentAttempt, 'unsettledSinceMs'>): boolean =>
  unsettledSinceMs !== null

/** A charge that BigCommerce has turned away twice, and of which nothing has shown since, was never taken. */
export const mayBeFreed = ({ status, answeredAs }: Pick<PaymentAttempt, 'status' | 'answeredAs'>): boolean =>
  status === 'unknown' && answeredAs === 'turned_away'

/** An instance that was taken for dead goes on, and knows that no byte of its charge has left: nothing was answered. */
export const mayBeTakenBack = ({
  status,
  answeredAs,
}: Pick<PaymentAttempt, 'status' | 'answeredAs'>): boolean => status === 'unknown' && answeredAs === null

/** A person may decide how an attempt ended that was sent and has no end, whatever the looks could prove. */
export const mayBeDecided = ({ status, sentAtMs }: Pick<PaymentAttempt, 'status' | 'sentAtMs'>): boolean =>
  isUnsettled(status) && sentAtMs !== null

/** Whether an attempt that has ended may still turn out to have charged: a correction, made by evidence alone. */
export const mayBeCorrected = (attempt: PaymentAttempt): boolean =>
  isFinal(attempt.status) && attempt.status !== 'succeeded' && attempt.sentAtMs !== null && isInDoubt(attempt)

export interface QuietLooks {
  readonly looks: number
  readonly sinceMs: number
}

/** One intent to pay one order: a row of the ledger. Of the instrument it holds only the type. */
export interface PaymentAttempt {
  readonly id: string
  /** null while it is *ordering*: *claimed*, and its order is being made of its checkout. */
  readonly orderId: number | null
  /** The signed-in customer who started it; null for a guest or a server. */
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
  /** The problem that the caller was told, if the attempt ended in one. */
  readonly problemCode: ProblemCode | null
  /** The X-Correlation-Id that BigCommerce saw on every call of this attempt. */
  readonly correlationId: string
  /** The request that opened the attempt. */
  readonly requestId: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** When the charge was about to be sent; null when it never was. */
  readonly sentAtMs: number | null
  /** After this moment the attempt's PAT can no longer start a payment. */
  readonly patExpiresAtMs: number | null
  /** When that PAT was made, by BigCommerce's clock. */
  readonly patIssuedAtMs: number | null
  /** Since when its end was not known, kept after it came: such an end is in doubt. */
  readonly unsettledSinceMs: number | null
  /** Since when BigCommerce has called it pending, if it ever has. */
  readonly pendingSinceMs: number | null
  /** An answer that proves little, and when it came by BigCommerce's clock. */
  readonly answeredAs: AnsweredAs | null
  readonly answeredAtMs: number | null
  /** What the whole order cost when the charge was sent, in minor units; null where the order was not read, or did not agree with the PAT. */
  readonly orderTotal: number | null
  /** The checkout that its order came from, in lower case; null where the order was not read, or came from none. */
  readonly cartId: string | null
  readonly endedAtMs: number | null
  /** When a person decided how it ended; null where that was found out, or it has no end. */
  readonly decidedAtMs: number | null
  /** Whether it keeps every other attempt from paying the order. */
  readonly holdsOrder: boolean
  /** When it is looked at next by the schedule; null for never. */
  readonly nextLookAtMs: number | null
  /** From when on a look that a client or a webhook asked for is due. */
  readonly askedAtMs: number | null
  /** How many looks there were at BigCommerce since the answer was lost. */
  readonly looks: number
  /** The latest looks in a row, after the PAT had expired, that found the order untouched: how many, and since when. */
  readonly quiet: QuietLooks | null
}

/** An attempt whose order is known. */
export type OrderAttempt = PaymentAttempt & { readonly orderId: number }

/** The ledger has no such attempt any more: its database crashed, and the claim had not been waited for. */
export class LostAttempt extends Error {}

/** What an attempt is when it is claimed. */
export type NewAttempt = Pick<
  OrderAttempt,
  | 'id'
  | 'orderId'
  | 'customerId'
  | 'cartId'
  | 'instrumentType'
  | 'paymentMethodId'
  | 'correlationId'
  | 'requestId'
>

/** What the ledger writes down of an outcome. What is left out stays as it was. */
export interface Settlement {
  readonly status: AttemptStatus
  readonly transactionType?: TransactionType | null
  readonly bigcommercePaymentId?: string
  readonly bigcommerceCode?: number | null
  readonly problemCode?: ProblemCode
  readonly answeredAs?: AnsweredAs
  readonly answeredAtMs?: number | null
  /** Whether the instance that was to send the charge knows that it has not departed. */
  readonly isProvenUnsent?: boolean
  /** Whether a person has decided it, by what no look could prove. */
  readonly isDecided?: boolean
  /** When to look first, where an answer says that it is worth looking sooner or later than after a lost one. */
  readonly firstLookInMs?: number
}
