import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Caller } from '../domain/caller.ts'
import type { Order } from '../domain/order.ts'
import { Problem } from '../domain/problem.ts'
import type { Sealed } from '../domain/sealed.ts'
import type { RequestContext } from '../request-context.ts'

/**
 * Refuses an order that is not the caller's, in the very words of one that is not there.
 *
 * @returns the order where it had to be read to know, else null: a token bound to the order needs no read.
 * @throws Problem `order_not_found`.
 */
export type AuthorizeOrder = (
  caller: Caller,
  orderId: number,
  context: RequestContext,
) => Promise<Order | null>

export function createAuthorizeOrder(managementApi: Pick<ManagementApi, 'getOrder'>): AuthorizeOrder {
  return async function authorizeOrder(caller, orderId, context) {
    switch (caller.access.kind) {
      case 'any':
        return null
      case 'orders':
        if (!caller.access.orderIds.has(orderId)) throw new Problem('order_not_found')
        return null
      case 'customer': {
        const order = await managementApi.getOrder(orderId, context)
        // A guest's order has a null customer, which equals no caller's.
        if (order?.customerId !== caller.access.customerId) throw new Problem('order_not_found')
        return order
      }
      default:
        return caller.access satisfies never
    }
  }
}

/** The same question about an order whose customer is on record, so that a replay needs no call. */
export function maySeeAttempt(
  caller: Caller,
  attempt: { orderId: number; customerId: number | null },
): boolean {
  switch (caller.access.kind) {
    case 'any':
      return true
    case 'orders':
      return caller.access.orderIds.has(attempt.orderId)
    case 'customer':
      return attempt.customerId === caller.access.customerId
    default:
      return caller.access satisfies never
  }
}

/** What came of learning whose an order is. */
export interface AuthorizedPayment {
  /** Where it had to be read to know. */
  readonly order: Order | null
  /** The payment access token, where it is being made already. Not to be looked at before the order is claimed. */
  readonly minting: Promise<Sealed<string>> | null
}

/**
 * Refuses to pay an order that is not the caller's, as `AuthorizeOrder` does. Where it has to be read to know, its payment access
 * token is made meanwhile; nobody waits for that one until the order is the caller's and claimed, so whatever becomes
 * of it changes no answer about anybody else's order. It is thrown away unused then.
 *
 * @param isNew whether the ledger knows nothing of this payment yet; one that comes again is not hurried.
 * @throws Problem `order_not_found`.
 */
export type AuthorizePayment = (
  payment: { readonly caller: Caller; readonly orderId: number },
  isNew: boolean,
  context: RequestContext,
) => Promise<AuthorizedPayment>

export interface AuthorizePaymentDependencies {
  readonly authorizeOrder: AuthorizeOrder
  readonly managementApi: Pick<ManagementApi, 'createPaymentAccessToken'>
  /** Whether the quota has room for a call that may turn out not to be needed. */
  readonly isAtEase: () => boolean
}

export function createAuthorizePayment(dependencies: AuthorizePaymentDependencies): AuthorizePayment {
  const { authorizeOrder, managementApi, isAtEase } = dependencies

  return async function authorizePayment({ caller, orderId }, isNew, context) {
    const reading = authorizeOrder(caller, orderId, context)
    const mayOverlap = caller.access.kind === 'customer' && isNew && isAtEase()
    const minting = mayOverlap ? managementApi.createPaymentAccessToken(orderId, context) : null
    // Perhaps nobody will ever ask what became of it.
    minting?.catch(() => {})
    return { order: await reading, minting }
  }
}
