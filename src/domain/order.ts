import type { Money } from './money.ts'
import type { Transaction } from './transaction.ts'

/** BigCommerce's order ids are 32-bit integers from 1 up. No store has an order of the largest number. */
export const ORDER_ID_MAX = 2_147_483_647

/** The id that a text is, written without sign, blanks or leading zeros; null for any other text. */
export function parseOrderId(text: string): number | null {
  const id = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY
  return id <= ORDER_ID_MAX ? id : null
}

/** The part of a BigCommerce order that paying relies on. */
export interface Order {
  readonly id: number
  /** BigCommerce's fixed number for the order's state, which no merchant can rename; null where it is not said. */
  readonly statusId: number | null
  /** null for a guest's order. A guest caller must never match it. */
  readonly customerId: number | null
  /** The checkout that it was made from, in lower case; null for none. */
  readonly cartId: string | null
  /** BigCommerce's word for what made it (`order_source`), in lower case; empty for none. */
  readonly source: string
  /** By BigCommerce's clock, in whole seconds; null where it is not said. */
  readonly createdAtMs: number | null
  /** BigCommerce's word for the payment's state, in lower case; empty for none. */
  readonly paymentStatus: string
  /**
   * What is still to be paid: the total less store credit and gift certificates already applied. null where the order
   * does not say it in whole minor units of a currency; its PAT does.
   */
  readonly due: Money | null
  /** What the whole order costs, where it says so like that. */
  readonly total: Money | null
  /** The gateway's id of the payment, empty for none. */
  readonly paymentProviderId: string
  /** Whether the merchant has archived it: it can be read, and not be paid. */
  readonly isArchived: boolean
  /** When BigCommerce answered, by its own clock; null where the answer has no `Date`. */
  readonly answeredAtMs: number | null
}

/** Some of BigCommerce's fixed numbers for an order's state. */
export const ORDER_STATUS_IDS = {
  incomplete: 0,
  pending: 1,
  cancelled: 5,
  declined: 6,
  awaitingPayment: 7,
} as const

/**
 * Whether BigCommerce may still take a payment for an order in this state. Usually it must be Incomplete. But an order that
 * was paid in part by gift certificate or store credit "stays Pending" (Payments API guide), so a Pending order is left for
 * BigCommerce to judge when the PAT is made. So is an order that does not say its state or what is due.
 */
export const mayBePayable = ({ statusId, due, isArchived }: Order): boolean =>
  (statusId === null || statusId === ORDER_STATUS_IDS.incomplete || statusId === ORDER_STATUS_IDS.pending) &&
  (due === null || due.amount > 0) &&
  !isArchived

/** `payment_status` of an order whose money is taken or reserved. */
const paidStatuses = new Set([
  'captured',
  'authorized',
  'paid',
  'capture pending',
  'partially refunded',
  'refunded',
])
const pendingStatuses = new Set(['pending', 'held for review'])
/** `payment_status` of an order on which nothing was paid. A pending void has cancelled nothing yet. */
const unpaidStatuses = new Set(['', 'declined', 'void'])
/** States of an order that was not paid. The others, such as shipped or refunded, are states of a paid order. */
const openStates = new Set<number | null>([
  ORDER_STATUS_IDS.incomplete,
  ORDER_STATUS_IDS.pending,
  ORDER_STATUS_IDS.cancelled,
  ORDER_STATUS_IDS.declined,
])

/** The state of an order that is paid in part, until the rest is paid. */
const openAfterPart = new Set<number | null>([ORDER_STATUS_IDS.incomplete, ORDER_STATUS_IDS.pending])

export const saysPaid = ({ paymentStatus }: Order): boolean => paidStatuses.has(paymentStatus)
export const saysPending = ({ paymentStatus }: Order): boolean => pendingStatuses.has(paymentStatus)
export const saysUnpaid = ({ paymentStatus }: Order): boolean => unpaidStatuses.has(paymentStatus)

/**
 * Whether the order is in a state that shows no charge: unpaid, or cancelled by the merchant. Once a part is paid, the order's
 * `payment_status` is about that part.
 */
export function showsNoCharge(order: Order, paidParts: number): boolean {
  const { statusId, paymentStatus, paymentProviderId } = order
  if (paidParts > 0 && openAfterPart.has(statusId)) return true
  // Cancelled while it was paid in part. Any other word may be of the rest.
  if (paidParts > 0 && statusId === ORDER_STATUS_IDS.cancelled && paymentStatus === 'pending') return true
  if (!saysUnpaid(order)) return false
  // Awaiting Payment is also what an authorised order has.
  return (
    openStates.has(statusId) || (statusId === ORDER_STATUS_IDS.awaitingPayment && paymentProviderId === '')
  )
}

/** Whether an order says in which state it is. */
export const saysState = ({ statusId, paymentStatus }: Order) =>
  statusId !== null && paymentStatus !== 'unreadable'

/** What one look at BigCommerce brought: two witnesses, each of which may prove a charge. */
export interface OrderReading {
  /** null when it is away: gone, refused or unreadable. */
  readonly order: Order | null
  /** Every entry that could be read, each once. */
  readonly transactions: readonly Transaction[]
  /** Whether both witnesses were read whole. If not, what is missing proves nothing. */
  readonly isWhole: boolean
  /** Whether no void of a transaction that is shown can be among what is missing. */
  readonly showsAllVoids: boolean
  /**
   * The earliest moment of the answers, by BigCommerce's clock, in milliseconds since the epoch: nothing that is shown
   * is older. null where an answer has no `Date`: such a look proves presence only.
   */
  readonly answeredAtMs: number | null
  /** Why a witness could not be read, for the log. */
  readonly failures: readonly unknown[]
}
