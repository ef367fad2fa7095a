import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Caller, OrderAccess } from '../domain/caller.ts'
import type { Money } from '../domain/money.ts'
import { mayBePayable, type Order } from '../domain/order.ts'
import { readPaymentAccessToken } from '../domain/payment-access-token.ts'
import type { PaymentAttempt } from '../domain/payment-attempt.ts'
import type { InstrumentType } from '../domain/payment-instrument.ts'
import type { AcceptedMethod, PaymentMethod } from '../domain/payment-method.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import { type AuthorizeOrder, maySeeAttempt } from './authorize-order.ts'
import { fencedBy } from './held-orders.ts'
import { createAcceptedOf, createCoalesce } from './share-listings.ts'

export interface OrderPaymentMethods {
  readonly order: PricedOrder
  /** Whether `payOrder` would take a payment now: false while another one is in progress or unknown. */
  readonly isPayable: boolean
  /** The same list for the same words of BigCommerce's; not to be changed. */
  readonly methods: AcceptedMethod[]
}

/** An order of which it is known what is due. */
type PricedOrder = Order & { readonly due: Money }

/**
 * What an order can be paid with, for a caller who may pay it.
 *
 * @throws Problem `order_already_paid` where the ledger knows the payment; `order_not_found`, `order_not_payable`.
 */
export type ListPaymentMethods = (
  caller: Caller,
  orderId: number,
  context: RequestContext,
) => Promise<OrderPaymentMethods>

export interface ListPaymentMethodsDependencies {
  readonly managementApi: Pick<ManagementApi, 'getOrder' | 'listPaymentMethods' | 'createPaymentAccessToken'>
  readonly attempts: Pick<PaymentAttempts, 'findFence'>
  readonly authorizeOrder: AuthorizeOrder
  /** Whether a call may be made for the caller that is not needed if the order is not theirs. */
  readonly mayReadAhead: (caller: Caller) => boolean
  /** The instrument types that this service takes at all. */
  readonly instruments: ReadonlySet<InstrumentType>
}

export function createListPaymentMethods(dependencies: ListPaymentMethodsDependencies): ListPaymentMethods {
  const { managementApi, attempts, authorizeOrder, mayReadAhead, instruments } = dependencies

  const acceptedOf = createAcceptedOf(instruments)
  const coalesce = createCoalesce<Pick<OrderPaymentMethods, 'order'> & { methods: PaymentMethod[] }>()

  async function read(caller: Caller, orderId: number, context: RequestContext) {
    // For a customer the order has to be read first, to know whose it is; its methods are read meanwhile.
    const early = mayReadAhead(caller) ? managementApi.listPaymentMethods(orderId, context) : null
    // If the order is refused they are thrown away, whatever they are, and a rejection must not end the process.
    early?.catch(() => {})
    const known = await authorizeOrder(caller, orderId, context)
    const [order, { methods }] = await Promise.all([
      known ?? managementApi.getOrder(orderId, context),
      early ?? managementApi.listPaymentMethods(orderId, context),
    ])
    if (!order) throw new Problem('order_not_found')
    return { order: { ...order, due: order.due ?? (await dueByToken(orderId, context)) }, methods }
  }

  /** What would be charged, where the order itself does not say: its access token does, which is not used here. */
  async function dueByToken(orderId: number, context: RequestContext): Promise<Money> {
    const claims = readPaymentAccessToken(await managementApi.createPaymentAccessToken(orderId, context))
    if (claims?.orderId !== String(orderId)) throw new Problem('upstream_unusable')
    return claims.due
  }

  /** BigCommerce takes no payment for the order, perhaps because it was paid here while it was read. */
  async function refuseIfPaid(orderId: number, error: unknown): Promise<never> {
    if (error instanceof Problem && error.code === 'order_not_payable') {
      const fence = await attempts.findFence(orderId)
      if (isPaid(fence)) throw fencedBy(fence)
    }
    throw error
  }

  return async function listPaymentMethods(caller, orderId, context) {
    // Never shared: who asks after a payment must not be told how it was before.
    const fence = await attempts.findFence(orderId)
    if (isPaid(fence) && maySeeAttempt(caller, fence)) throw fencedBy(fence)
    const { order, methods } = await coalesce(keyOf(caller, orderId, context), () =>
      read(caller, orderId, context),
    ).catch((error) => refuseIfPaid(orderId, error))
    // Only now it is known whether the caller may see that.
    if (isPaid(fence)) throw fencedBy(fence)
    return {
      order,
      isPayable: fence === null && mayBePayable(order),
      methods: acceptedOf(methods),
    }
  }
}

const isPaid = (fence: PaymentAttempt | null): fence is PaymentAttempt => fence?.status === 'succeeded'

/**
 * Everything that the answer depends on: the order, the principal, whether this token opens the order, and the address that
 * BigCommerce is told. Two tokens of one principal may name different orders.
 */
const keyOf = ({ principal, access }: Caller, orderId: number, { shopperAddress }: RequestContext): string =>
  JSON.stringify([orderId, principal, accessTo(orderId, access), shopperAddress])

function accessTo(orderId: number, access: OrderAccess): string {
  switch (access.kind) {
    case 'any':
      return 'any'
    case 'orders':
      return access.orderIds.has(orderId) ? 'named' : `of ${[...(access.checkoutIds ?? [])].join()}`
    case 'customer':
      return `customer ${access.customerId}`
    default:
      return access satisfies never
  }
}
