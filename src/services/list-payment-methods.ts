import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Caller, OrderAccess } from '../domain/caller.ts'
import type { Money } from '../domain/money.ts'
import { mayBePayable, type Order } from '../domain/order.ts'
import { readPaymentAccessToken } from '../domain/payment-access-token.ts'
import type { PaymentAttempt } from '../domain/payment-attempt.ts'
import type { InstrumentType } from '../domain/payment-instrument.ts'
import { type AcceptedMethod, type PaymentMethod, withAccepts } from '../domain/payment-method.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import { type AuthorizeOrder, maySeeAttempt } from './authorize-order.ts'
import { fencedBy } from './held-orders.ts'
import type { Misses } from './misses.ts'

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
  readonly misses: Pick<Misses, 'mayGoAhead'>
  /** Whether the quota of management calls has room for one that may not be needed. */
  readonly isAtEase: () => boolean
  /** The instrument types that this service takes at all. */
  readonly instruments: ReadonlySet<InstrumentType>
}

export function createListPaymentMethods(dependencies: ListPaymentMethodsDependencies): ListPaymentMethods {
  const { managementApi, attempts, authorizeOrder, misses, isAtEase, instruments } = dependencies

  const acceptedOf = createAcceptedOf(instruments)
  const coalesce = createCoalesce<Pick<OrderPaymentMethods, 'order'> & { methods: PaymentMethod[] }>()

  /** For a customer the order has to be read first, to know whose it is; its methods are read meanwhile. */
  const mayReadAhead = (caller: Caller) =>
    caller.access.kind === 'customer' && isAtEase() && misses.mayGoAhead(caller)

  async function read(caller: Caller, orderId: number, context: RequestContext) {
    const early = mayReadAhead(caller) ? managementApi.listPaymentMethods(orderId, context) : null
    // If the order is refused, no one awaits the methods, and their rejection must not end the process.
    early?.catch(() => {})
    const known = await authorizeOrder(caller, orderId, context)
    const [order, { methods }] = await Promise.all([
      known ?? managementApi.getOrder(orderId, context),
      early ?? managementApi.listPaymentMethods(orderId, context),
    ])
    if (!order) throw new Problem('order_not_found')
    return { order: { ...order, due: order.due ?? (await dueByToken(orderId, context)) }, methods }
  }

  /** What would be charged, if the order itself does not say: we make an access token to read it, and do not use it further. */
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
    // Never shared: a caller who asks after a payment must not get what was true before it.
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

/** Runs a piece of work, or joins the one that is running for the same key. */
export type Coalesce<Result> = (key: string, work: () => Promise<Result>) => Promise<Result>

/** Keeps no result: only callers who ask while the work runs share it. */
export function createCoalesce<Result>(): Coalesce<Result> {
  const running = new Map<string, Promise<Result>>()

  return function coalesce(key, work) {
    const joined = running.get(key)
    if (joined) return joined
    const result = work()
    running.set(key, result)
    const forget = () => running.delete(key)
    result.then(forget, forget)
    return result
  }
}

/** @returns a function that adds to each method what it accepts. It gives the same list for the same input; do not change it. */
export function createAcceptedOf(
  instruments: ReadonlySet<InstrumentType>,
): (methods: PaymentMethod[]) => AcceptedMethod[] {
  const accepted = new WeakMap<PaymentMethod[], AcceptedMethod[]>()

  return function acceptedOf(methods) {
    const known = accepted.get(methods)
    if (known) return known
    const all = withAccepts(methods, instruments)
    accepted.set(methods, all)
    return all
  }
}
