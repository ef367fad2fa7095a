import type { PayRequest } from '../clients/requests.ts'
import type { StoreCheckout } from '../upstream/store-checkouts.ts'
import { type Charge, isPaidState, type StoreOrder, trueState } from '../upstream/store-order.ts'

export interface AgreedOptions {
  readonly request: PayRequest
  readonly askedAtMs: number
  readonly order: StoreOrder
  readonly charge: Charge
  /** As it is now; null where it is gone. */
  readonly cart: StoreCheckout | null
  /** The other orders of its checkout. */
  readonly others: readonly StoreOrder[]
  /** Whether BigCommerce's clock tells what came first. */
  readonly hasTrueClock: boolean
}

/** Dates of orders have no fractions of a second. */
const dateResolutionMs = 1_000

/** What of a charge the shopper has not agreed to: another amount, another checkout, or an order from before the cart was edited. */
export function notAgreed(options: AgreedOptions): string | null {
  const { request, askedAtMs, order, charge, cart, others, hasTrueClock } = options
  const { checkoutId, command } = request
  const { requestId, amountMinor, paysAPart } = charge
  const { expectedAmount } = command
  if (expectedAmount !== null && (paysAPart ? amountMinor > expectedAmount : amountMinor !== expectedAmount))
    return `1: ${requestId} charges ${amountMinor}, and ${expectedAmount} was agreed to`
  if (checkoutId === null) return null
  if (order.cartId !== checkoutId)
    return `1: ${requestId} pays ${checkoutId}, and order ${order.id} of ${order.cartId} is charged`
  const paid = others.find((other) => showedPaid(other, askedAtMs))
  if (paid)
    return `1: ${requestId} charges order ${order.id}, and order ${paid.id} of its checkout showed as paid`
  // Once a part is paid, only the rest of that order may be, and it may be given back while the rest is charged.
  // What has no cart any more was edited by no one.
  const hadAPart = order.changes.some(({ partsMinor }) => partsMinor > 0)
  if (!cart || hadAPart || !hasTrueClock) return null
  const { editedAtTrueMs } = cart
  const isOlder = editedAtTrueMs > order.createdAtTrueMs + dateResolutionMs && editedAtTrueMs < askedAtMs
  return isOlder ? `1: ${requestId} charges order ${order.id}, which is older than what is in its cart` : null
}

const showedPaid = (order: StoreOrder, atMs: number): boolean => {
  const { shown, isArchived, ...state } = trueState(order)
  const isShown = shown.fromMs < atMs && order.listedFromMs < atMs
  return isShown && !isArchived && order.unreadable === null && isPaidState(state)
}
