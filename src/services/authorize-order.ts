import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Caller } from '../domain/caller.ts'
import type { Order } from '../domain/order.ts'
import type { MintedToken } from '../domain/payment-access-token.ts'
import type { PaymentAttempt } from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import type { Misses } from './misses.ts'

/**
 * Refuses an order that is not the caller's, with the same answer as for one that does not exist.
 *
 * @returns the order if it had to be read for this, else null: a token that names the order needs no read.
 * @throws Problem `order_not_found`.
 */
export type AuthorizeOrder = (
  caller: Caller,
  orderId: number,
  context: RequestContext,
) => Promise<Order | null>

export function createAuthorizeOrder(
  managementApi: Pick<ManagementApi, 'getOrder'>,
  misses: Pick<Misses, 'begin' | 'comesLast'>,
): AuthorizeOrder {
  const readTheirs = createReadTheirs(managementApi, misses)

  return async function authorizeOrder(caller, orderId, context) {
    switch (caller.access.kind) {
      case 'any':
        return null
      case 'orders':
        if (caller.access.orderIds.has(orderId)) return null
        if (!caller.access.checkoutIds) throw new Problem('order_not_found')
        break
      case 'customer':
        break
      default:
        return caller.access satisfies never
    }
    const { access } = caller
    const purpose = misses.comesLast(caller) ? 'reconciling' : context.purpose
    return readTheirs(caller, orderId, { ...context, purpose }, (order) =>
      maySeeAttempt({ access }, { ...order, orderId: order.id }),
    )
  }
}

/**
 * Reads an order. If it turns out not to be the caller's, that is counted.
 *
 * @throws Problem `order_not_found`.
 */
const createReadTheirs =
  (managementApi: Pick<ManagementApi, 'getOrder'>, misses: Pick<Misses, 'begin'>) =>
  async (
    caller: Caller,
    orderId: number,
    context: RequestContext,
    isTheirs: (order: Order) => boolean = () => true,
  ): Promise<Order> => {
    const wasRead = misses.begin(caller, context)
    let isMiss = false
    try {
      const order = await managementApi.getOrder(orderId, context)
      isMiss = order === null || !isTheirs(order)
      if (order === null || isMiss) throw new Problem('order_not_found')
      return order
    } finally {
      wasRead(isMiss)
    }
  }

/**
 * `AuthorizeOrder` for an attempt in the ledger, which knows its customer and usually its checkout. So a replay needs no call
 * to BigCommerce.
 */
export function maySeeAttempt(
  caller: Pick<Caller, 'access'>,
  attempt: Pick<PaymentAttempt, 'orderId' | 'customerId' | 'cartId'>,
): boolean {
  switch (caller.access.kind) {
    case 'any':
      return true
    case 'orders': {
      const { orderIds, checkoutIds } = caller.access
      const { orderId, cartId } = attempt
      return (
        (orderId !== null && orderIds.has(orderId)) || (cartId !== null && checkoutIds?.has(cartId) === true)
      )
    }
    case 'customer':
      // The customer of a guest's order is null, which no caller's customer is.
      return attempt.customerId === caller.access.customerId
    default:
      return caller.access satisfies never
  }
}

export interface AuthorizedPayment {
  /** The order, if it had to be read to know whose it is, or of which checkout. */
  readonly order: Order | null
  /** The payment access token, if it is being made already. Nothing may depend on it before the order is claimed. */
  readonly minting: Promise<MintedToken> | null
  /** Whether another application may have paid the order before. Then we make a complete look before we charge it. */
  readonly wasThereBefore?: boolean
}

/**
 * Refuses to pay an order that is not the caller's, as `AuthorizeOrder` does. If the order has to be read for this, its payment
 * access token is made at the same time, to save the shopper a wait. If the order is not the caller's, the token is dropped,
 * and whether it could be made changes nothing about the answer.
 *
 * @param isNew whether the ledger knows nothing of this payment yet. A payment that comes again is not hurried.
 * @throws Problem `order_not_found`.
 */
export type AuthorizePayment = (
  payment: { readonly caller: Caller; readonly orderId: number; readonly isRecurring?: boolean },
  isNew: boolean,
  context: RequestContext,
) => Promise<AuthorizedPayment>

export interface AuthorizePaymentDependencies {
  readonly authorizeOrder: AuthorizeOrder
  readonly managementApi: Pick<ManagementApi, 'getOrder' | 'createPaymentAccessToken'>
  /** Whether the order has to be read to know its checkout. */
  readonly hasCheckoutFence: boolean
  readonly misses: Misses
  /** Whether the quota has room for a call that may not be needed. */
  readonly isAtEase: () => boolean
}

export function createAuthorizePayment(dependencies: AuthorizePaymentDependencies): AuthorizePayment {
  const { authorizeOrder, managementApi, misses, hasCheckoutFence, isAtEase } = dependencies
  const readTheirs = createReadTheirs(managementApi, misses)

  return async function authorizePayment({ caller, orderId, isRecurring }, isNew, context) {
    const isRead = hasCheckoutFence || caller.access.kind === 'customer'
    const mayOverlap =
      isRead && isNew && isAtEase() && mayBeTheirs(caller, orderId) && misses.mayGoAhead(caller)
    const reading = hasCheckoutFence
      ? readOrder(caller, orderId, context)
      : authorizeOrder(caller, orderId, context)
    const minting = mayOverlap ? managementApi.createPaymentAccessToken(orderId, context, isRecurring) : null
    // If the order is refused, no one awaits this promise, and its rejection must not end the process.
    minting?.catch(() => {})
    return { order: await reading, minting }
  }

  /** The order, which says of which checkout it is. @throws Problem `order_not_found`. */
  async function readOrder(caller: Caller, orderId: number, context: RequestContext): Promise<Order> {
    return (await authorizeOrder(caller, orderId, context)) ?? (await readTheirs(caller, orderId, context))
  }
}

/** Whether the token alone does not refuse the order. If it does, BigCommerce is not asked. */
const mayBeTheirs = ({ access }: Caller, orderId: number): boolean =>
  access.kind !== 'orders' || access.orderIds.has(orderId) || access.checkoutIds !== undefined
