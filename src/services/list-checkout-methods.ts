import type { CheckoutsApi } from '../clients/bigcommerce/checkouts-api.ts'
import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Caller } from '../domain/caller.ts'
import type { Money } from '../domain/money.ts'
import type { InstrumentType } from '../domain/payment-instrument.ts'
import type { AcceptedMethod } from '../domain/payment-method.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import type { CheckoutRecord, Checkouts } from '../stores/checkouts.ts'
import { alreadyPaid } from './held-orders.ts'
import { createAcceptedOf, createCoalesce } from './list-payment-methods.ts'
import {
  type AskedCheckout,
  type CheckoutView,
  notItsOrder,
  type ReadCheckout,
  refuseUnnamed,
} from './read-checkout.ts'

export interface CheckoutPaymentMethods {
  readonly checkoutId: string
  /** What `payCheckout` would charge now. */
  readonly due: Money
  /** Whether `payCheckout` would take a payment now. */
  readonly isPayable: boolean
  /** The same list for the same words of BigCommerce's; not to be changed. */
  readonly methods: AcceptedMethod[]
}

/**
 * What a checkout can be paid with, for a caller who may pay it.
 *
 * @throws Problem `checkout_not_found`, `order_already_paid`, `order_payment_in_progress`, `order_not_payable`.
 */
export type ListCheckoutMethods = (
  caller: Caller,
  checkoutId: string,
  context: RequestContext,
) => Promise<CheckoutPaymentMethods>

export interface ListCheckoutMethodsDependencies {
  readonly readCheckout: ReadCheckout
  readonly checkouts: Pick<Checkouts, 'find'>
  readonly checkoutsApi: Pick<CheckoutsApi, 'listCheckoutMethods'>
  readonly managementApi: Pick<ManagementApi, 'listPaymentMethods'>
  /** The instrument types that this service takes at all. */
  readonly instruments: ReadonlySet<InstrumentType>
}

export function createListCheckoutMethods(
  dependencies: ListCheckoutMethodsDependencies,
): ListCheckoutMethods {
  const { readCheckout, checkouts, checkoutsApi, managementApi, instruments } = dependencies

  const acceptedOf = createAcceptedOf(instruments)
  const coalesce = createCoalesce<CheckoutPaymentMethods>()

  async function read(asked: AskedCheckout, context: RequestContext): Promise<CheckoutPaymentMethods> {
    const { checkoutId } = asked
    const view = await readCheckout(asked, context)
    const due = dueOf(view)
    const { methods } = await methodsOf(view, checkoutId, context)
    return {
      checkoutId,
      due,
      isPayable: due.amount > 0 && !view.isRunning,
      methods: acceptedOf(methods),
    }
  }

  return async function listCheckoutMethods(caller, checkoutId, context) {
    refuseUnnamed(caller, checkoutId)
    // Never shared: who asks after a payment must not be told how it was before.
    const record = await checkouts.find(checkoutId)
    const asked = { caller, checkoutId, expectedAmount: null, evenWhileRunning: true, record }
    return coalesce(keyOf(asked, context), () => read(asked, context))
  }

  async function methodsOf({ checkout, choice }: CheckoutView, checkoutId: string, context: RequestContext) {
    const ofCheckout = checkout && (await checkoutsApi.listCheckoutMethods(checkoutId, context))
    if (ofCheckout) return ofCheckout
    if (choice.kind !== 'use') throw new Problem('checkout_not_found')
    return managementApi.listPaymentMethods(choice.order.id, context).catch(notItsOrder)
  }
}

/**
 * Everything that the answer depends on: the checkout, the principal, what the token opens (one that names orders or checkouts
 * names this one), the address that BigCommerce is told, and what the ledger says.
 */
const keyOf = (
  { caller: { principal, access }, checkoutId, record }: AskedCheckout & { readonly record: CheckoutRecord },
  { shopperAddress }: RequestContext,
): string =>
  JSON.stringify([
    checkoutId,
    principal,
    access.kind === 'customer' ? access.customerId : access.kind,
    shopperAddress,
    record.boundTo,
    record.made.length,
    record.ordering?.status,
    record.payments.map(({ id, status }) => [id, status]),
  ])

/** @throws Problem where it cannot be paid. */
function dueOf({ checkout, choice, record }: CheckoutView): Money {
  if (choice.kind === 'paid') throw alreadyPaid(choice.order.id, record.payments)
  if (choice.kind === 'not_payable') throw new Problem('order_not_payable')
  if (choice.kind === 'none' && !checkout) throw new Problem('checkout_not_found')
  const due = (choice.kind === 'use' ? choice.order.due : null) ?? checkout?.total ?? null
  if (!due) throw new Problem('upstream_unusable')
  return { ...due, amount: Math.max(0, due.amount) }
}
