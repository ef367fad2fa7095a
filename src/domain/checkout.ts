import type { Money } from './money.ts'
import { ORDER_STATUS_IDS, type Order } from './order.ts'

/** BigCommerce's ids of checkouts are UUIDs, the same as their carts'. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The id that a text is, in lower case; null for what can be no checkout's. */
export function parseCheckoutId(text: string): string | null {
  const id = text.toLowerCase()
  return uuid.test(id) ? id : null
}

/** What shows whether a cart was edited. */
export interface CartState {
  /** A digest of what it holds and costs. */
  readonly contents: string
  /** When BigCommerce says that it was last edited, by its own clock; null where it does not say. */
  readonly editedAtMs: number | null
}

/** The part of a BigCommerce checkout that paying relies on. */
export interface Checkout {
  /** In lower case. */
  readonly id: string
  /** null for a guest's. */
  readonly customerId: number | null
  /** What it costs, tax and shipping included; null where it does not say that in whole minor units of a currency. */
  readonly total: Money | null
  /** One of its orders; which of several is not documented. */
  readonly orderId: number | null
  readonly cart: CartState
}

/** An order that this service had made, and what the cart was when it asked for it. */
export interface MadeOrder {
  readonly orderId: number
  readonly cart: CartState
}

/** The order that the ledger has bound a checkout to: no other one of it is charged. */
export interface BoundOrder {
  readonly orderId: number
  /** Whether a payment on it has paid a part: then only the rest of this order may be paid. */
  readonly hasPart: boolean
}

/** All that is known of a checkout when it is decided which of its orders is paid. */
export interface CheckoutReading {
  /** null where BigCommerce has no such checkout any more. */
  readonly checkout: Checkout | null
  /** Every order that was made from it. */
  readonly orders: readonly Order[]
  readonly bound: BoundOrder | null
  readonly made: readonly MadeOrder[]
  /** What the shopper agreed to, in minor units; null where that is not asked. */
  readonly expectedAmount: number | null
  /** Whose the order must be where the checkout is gone: null for a caller who may pay anyone's. */
  readonly customerId: number | null
}

export type WhichOrder =
  | { readonly kind: 'use'; readonly order: Order }
  | { readonly kind: 'paid'; readonly order: Order }
  | { readonly kind: 'not_payable' }
  /** None of them may be paid: another one may be made, if there is a checkout to make it from. */
  | { readonly kind: 'none' }

/**
 * Which order of a checkout a payment is for: none where one is paid and the cart is gone; else the bound one; else none where one is paid, or is in a state from which none is paid;
 * else the newest that was made for paying through the API; else none, and one is to be made.
 */
export function whichOrder(reading: CheckoutReading): WhichOrder {
  const { orders, bound, made } = reading
  const named = bound && (orders.find(({ id }) => id === bound.orderId) ?? null)
  const paid = orders.find(isPaid)
  // It is gone because it was paid, whichever order it was bound to.
  if (paid && !reading.checkout) return { kind: 'paid', order: paid }
  if (named && isUsable(named, reading, bound.hasPart)) return { kind: 'use', order: named }
  if (paid) return { kind: 'paid', order: paid }
  // Money has been taken for it, and so no other order may be paid.
  if (bound?.hasPart) return { kind: 'not_payable' }
  if (orders.some((order) => !order.isArchived && !isPassedOver(order) && !isIncomplete(order)))
    return { kind: 'not_payable' }
  const isOurs = (order: Order) =>
    made.some(({ orderId }) => orderId === order.id) || order.source === checkoutSource
  const usable = orders.filter((order) => isOurs(order) && isUsable(order, reading, false))
  const newest = usable.reduce<Order | null>((one, other) => (one && one.id > other.id ? one : other), null)
  return newest ? { kind: 'use', order: newest } : { kind: 'none' }
}

/** BigCommerce's word for an order that was made from a checkout by the API. */
const checkoutSource = 'checkout_api'

const isIncomplete = ({ statusId }: Order) => statusId === ORDER_STATUS_IDS.incomplete

/** An order in one of these states has been paid: shipped, picked, completed, held for a check, refunded in part. */
const paidStates = new Set<number | null>([2, 3, 8, 9, 10, 11, 12, 14])

/** Awaiting Payment is what an authorised order has, and what one has that is not paid. */
const isPaid = ({ statusId, paymentStatus, paymentProviderId }: Order): boolean =>
  paidStates.has(statusId) ||
  (statusId === ORDER_STATUS_IDS.awaitingPayment && (paymentStatus !== '' || paymentProviderId !== ''))

/** Nothing was taken for it, and nothing will be. */
const isPassedOver = (order: Order): boolean =>
  order.statusId === ORDER_STATUS_IDS.cancelled ||
  order.statusId === ORDER_STATUS_IDS.declined ||
  (order.statusId === ORDER_STATUS_IDS.awaitingPayment && !isPaid(order))

function isUsable(order: Order, reading: CheckoutReading, hasPart: boolean): boolean {
  if (order.isArchived || !isOfCustomer(order, reading)) return false
  // What is due does not show the part at once; its access token does. BigCommerce judges whether the rest can be paid.
  if (hasPart)
    return (
      (isIncomplete(order) || order.statusId === ORDER_STATUS_IDS.pending) &&
      // The part may have been given back: then the order is as one of which nothing was paid.
      (showsAPart(order) || !isOlderThanCart(order, reading))
    )
  return isIncomplete(order) && isOver(order, reading.expectedAmount) && !isOlderThanCart(order, reading)
}

/** A part-paid order is the one to pay, whatever became of the cart since. */
const showsAPart = ({ statusId, due, total }: Order): boolean =>
  statusId === ORDER_STATUS_IDS.pending || (due !== null && total !== null && due.amount < total.amount)

const isOfCustomer = (order: Order, { checkout, customerId }: CheckoutReading): boolean =>
  checkout ? order.customerId === checkout.customerId : customerId === null || order.customerId === customerId

/** What the order does not say, its access token does before anything is charged. */
const isOver = ({ due }: Order, expectedAmount: number | null): boolean =>
  due === null || (expectedAmount === null ? due.amount > 0 : due.amount === expectedAmount)

/** Whether the cart was edited after the order was made of it: the shopper does not want that order any more. */
function isOlderThanCart(order: Order, { checkout, made }: CheckoutReading): boolean {
  if (!checkout) return false
  const { cart } = checkout
  const then = made.find(({ orderId }) => orderId === order.id)?.cart
  if (then && then.contents !== cart.contents) return true
  if (cart.editedAtMs === null || cart.editedAtMs === then?.editedAtMs) return false
  if (order.createdAtMs === null) return then !== undefined
  // The making itself may count as an edit.
  return isOfEarlierCart(order, cart)
}

/** Whether an order was made before the cart was last edited: then it is of an earlier cart, and no making that saw this one has made it. */
export const isOfEarlierCart = ({ createdAtMs }: Order, { editedAtMs }: CartState): boolean =>
  // An order's date has no fractions of a second.
  createdAtMs !== null && editedAtMs !== null && createdAtMs < Math.floor(editedAtMs / 1_000) * 1_000

/** The ages of a making at which its order is looked for, in milliseconds. BigCommerce's lists may lag behind. */
const lookAtAgesMs = [2_000, 5_000, 10_000, 20_000, 40_000, 60_000]
/** A look that failed, or came late, is made again after so long. */
const lookAgainMs = 10_000
const emptyLooksMin = 3

/**
 * When the order of a making whose answer was lost is looked for next, in milliseconds since the epoch.
 *
 * @param emptyLooks how many looks have read all orders of the checkout, and found none that it could have made.
 * @returns null when it has made none: another order may be made. A stray one is harmless, since the checkout is bound to one.
 */
export function nextMakingLookMs(begunAtMs: number, emptyLooks: number, nowMs: number): number | null {
  const next = lookAtAgesMs.find((age) => begunAtMs + age > nowMs)
  if (next !== undefined) return begunAtMs + next
  return emptyLooks >= emptyLooksMin ? null : nowMs + lookAgainMs
}

/** The most orders that are made of one checkout within an hour. */
export const MAKINGS_MAX = 5
export const MAKINGS_WITHIN_MS = 60 * 60_000
