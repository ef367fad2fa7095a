import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Caller } from '../domain/caller.ts'
import { mayBePayable, type Order } from '../domain/order.ts'
import type { InstrumentType } from '../domain/payment-instrument.ts'
import { acceptedInstruments, type PaymentMethod } from '../domain/payment-method.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../domain/request-context.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import type { AuthorizeOrder } from './authorize-order.ts'

export interface OrderPaymentMethods {
  readonly order: Order
  /** Whether `payOrder` would take a payment now: false while another one is under way or unknown. */
  readonly isPayable: boolean
  readonly methods: (PaymentMethod & { readonly accepts: InstrumentType[] })[]
}

/** What an order can be paid with, for one who may pay it. */
export type ListPaymentMethods = (
  caller: Caller,
  orderId: number,
  context: RequestContext,
) => Promise<OrderPaymentMethods>

export interface ListPaymentMethodsDependencies {
  readonly managementApi: Pick<ManagementApi, 'getOrder' | 'listPaymentMethods'>
  readonly attempts: Pick<PaymentAttempts, 'findFence'>
  readonly authorizeOrder: AuthorizeOrder
  /** The instrument types that this service takes at all. */
  readonly instruments: ReadonlySet<InstrumentType>
}

export function createListPaymentMethods(dependencies: ListPaymentMethodsDependencies): ListPaymentMethods {
  const { managementApi, attempts, authorizeOrder, instruments } = dependencies

  return async function listPaymentMethods(caller, orderId, context) {
    const known = await authorizeOrder(caller, orderId, context)
    const [order, methods, fence] = await Promise.all([
      known ?? managementApi.getOrder(orderId, context),
      managementApi.listPaymentMethods(orderId, context),
      attempts.findFence(orderId),
    ])
    if (!order) throw new Problem('order_not_found')
    return {
      order,
      isPayable: fence === null && mayBePayable(order),
      methods: methods.map((method) => ({ ...method, accepts: acceptedInstruments(method, instruments) })),
    }
  }
}
