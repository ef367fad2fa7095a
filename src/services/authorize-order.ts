import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Caller } from '../domain/caller.ts'
import type { Order } from '../domain/order.ts'
import { Problem } from '../domain/problem.ts'
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
