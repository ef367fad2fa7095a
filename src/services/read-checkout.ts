import type { CheckoutsApi } from '../clients/bigcommerce/checkouts-api.ts'
import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Caller } from '../domain/caller.ts'
import { type Checkout, type WhichOrder, whichOrder } from '../domain/checkout.ts'
import type { Order } from '../domain/order.ts'
import { closesOrder, hasPaidAPart, isSent, type PaymentAttempt } from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import type { CheckoutRecord, Checkouts } from '../stores/checkouts.ts'
import { maySeeAttempt } from './authorize-order.ts'
import { fencedBy } from './held-orders.ts'
import type { Misses } from './misses.ts'

/** A checkout that the caller may pay. */
export interface CheckoutView {
  readonly record: CheckoutRecord
  /** null if BigCommerce no longer has the checkout but has an order of it. */
  readonly checkout: Checkout | null
  readonly orders: readonly Order[]
  readonly choice: WhichOrder
  /** Whether a payment of it has no end yet. */
  readonly isRunning: boolean
}

export interface AskedCheckout {
  readonly caller: Caller
  /** In lower case. */
  readonly checkoutId: string
  /** Minor units; null where it is not asked what is paid. */
  readonly expectedAmount: number | null
  /** Whether it is read although a payment of it has no end yet. */
  readonly evenWhileRunning?: boolean
  /** What the ledger says of it, where that was just read. */
  readonly record?: CheckoutRecord
}

/**
 * Reads a checkout for a caller who may pay it. The ledger is asked first: while a payment of it has no end, or when one has paid it,
 * BigCommerce may have no such checkout any more.
 *
 * @throws Problem `checkout_not_found`, the same for one that is not there and for another's; `order_already_paid` and
 * `order_payment_in_progress` as the ledger knows.
 */
export type ReadCheckout = (asked: AskedCheckout, context: RequestContext) => Promise<CheckoutView>

export interface ReadCheckoutDependencies {
  readonly checkoutsApi: Pick<CheckoutsApi, 'getCheckout' | 'listOrdersOfCart'>
  readonly managementApi: Pick<ManagementApi, 'getOrder'>
  readonly checkouts: Pick<Checkouts, 'find'>
  readonly misses: Pick<Misses, 'begin' | 'comesLast'>
}

export function createReadCheckout(dependencies: ReadCheckoutDependencies): ReadCheckout {
  const { checkoutsApi, managementApi, checkouts, misses } = dependencies

  return async function readCheckout(asked, context) {
    const { caller, checkoutId } = asked
    refuseUnnamed(caller, checkoutId)
    const record = asked.record ?? (await checkouts.find(checkoutId))
    if (isKnownToBeTheirs(caller, checkoutId, record.payments)) refuseStanding(record, asked.evenWhileRunning)
    const wasRead = misses.begin(caller, context)
    let isMiss = false
    try {
      const purpose = misses.comesLast(caller) ? 'reconciling' : context.purpose
      const view = await read(asked, record, { ...context, purpose })
      isMiss = !isTheirs(caller, view)
      if (isMiss) throw new Problem('checkout_not_found')
      refuseStanding(record, asked.evenWhileRunning && view.checkout !== null)
      return view
    } finally {
      wasRead(isMiss)
    }
  }

  async function read(
    { caller, checkoutId, expectedAmount }: AskedCheckout,
    record: CheckoutRecord,
    context: RequestContext,
  ): Promise<CheckoutView> {
    const [checkout, listed] = await Promise.all([
      checkoutsApi.getCheckout(checkoutId, context),
      checkoutsApi.listOrdersOfCart(checkoutId, context),
    ])
    const orders = [...listed, ...(await unlisted([record.boundTo, checkout?.orderId ?? null], listed))]
    const { boundTo } = record
    const hasPart = record.payments.some((payment) => payment.orderId === boundTo && hasPaidAPart(payment))
    const choice = whichOrder({
      checkout,
      orders,
      bound: boundTo === null ? null : { orderId: boundTo, hasPart },
      made: record.made,
      expectedAmount,
      customerId: caller.access.kind === 'customer' ? caller.access.customerId : null,
    })
    return {
      // The payment may have been written down while BigCommerce was read.
      record: choice.kind === 'paid' ? await checkouts.find(checkoutId) : record,
      checkout,
      orders,
      choice,
      isRunning: runningOf(record) !== undefined,
    }

    /** An archived order is in no list, and a list may lag behind. */
    async function unlisted(ids: readonly (number | null)[], known: readonly Order[]): Promise<Order[]> {
      const missing = new Set(ids.filter((id) => id !== null && known.every((order) => order.id !== id)))
      const found = await Promise.all([...missing].map((id) => managementApi.getOrder(Number(id), context)))
      const named = found.filter((order) => order !== null)
      // Then we cannot believe either what else was said about this checkout.
      if (named.some(({ cartId }) => cartId !== checkoutId)) throw new Problem('upstream_unavailable')
      return named
    }
  }
}

/** Refuses what the token alone shows to be another's, without a call. */
export function refuseUnnamed({ access }: Caller, checkoutId: string): void {
  if (access.kind === 'orders' && !access.checkoutIds?.has(checkoutId))
    throw new Problem('checkout_not_found')
}

/** Whether it takes no call to know that the caller may pay the checkout. */
export function isKnownToBeTheirs(
  caller: Caller,
  checkoutId: string,
  payments: readonly PaymentAttempt[],
): boolean {
  const { access } = caller
  if (access.kind === 'any') return true
  if (access.kind === 'orders') return access.checkoutIds?.has(checkoutId) === true
  return payments.length > 0 && payments.every((payment) => maySeeAttempt(caller, payment))
}

/** If the checkout is gone, it belongs to the customer of its paid order, else of an order that can be paid. */
function isTheirs({ access }: Caller, { checkout, orders, choice, record }: CheckoutView): boolean {
  if (!checkout && orders.length === 0 && record.payments.length === 0) return false
  if (access.kind !== 'customer') return true
  if (checkout) return checkout.customerId === access.customerId
  const order =
    choice.kind === 'use' || choice.kind === 'paid'
      ? choice.order
      : orders.find(({ id }) => id === record.boundTo)
  return order?.customerId === access.customerId
}

/** @throws Problem where the ledger knows that a payment has paid the checkout, or may be about to. */
function refuseStanding(record: CheckoutRecord, evenWhileRunning = false): void {
  const paid = record.payments.find(closesOrder)
  if (paid) throw fencedBy(paid)
  const running = runningOf(record)
  if (running && !evenWhileRunning) throw fencedBy(running)
}

/** A payment that is sent and has no end, or has its order made. */
const runningOf = ({ payments, ordering }: CheckoutRecord): PaymentAttempt | undefined =>
  payments.find(({ status }) => isSent(status)) ?? (ordering?.status === 'claimed' ? ordering : undefined)

/**
 * BigCommerce may not find an order that was made a moment ago. The caller asked for a checkout, which exists, so they must
 * send the same request again.
 *
 * @throws Problem `upstream_unavailable` for `order_not_found`, else the error it is given.
 */
export function notItsOrder(error: unknown): never {
  if (error instanceof Problem && error.code === 'order_not_found')
    throw new Problem('upstream_unavailable', { cause: error })
  throw error
}
