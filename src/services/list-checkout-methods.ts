import type { CheckoutsApi } from '../clients/bigcommerce/checkouts-api.ts'
import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Caller } from '../domain/caller.ts'
import type { Money } from '../domain/money.ts'
import type { InstrumentType } from '../domain/payment-instrument.ts'
import { type AcceptedMethod, withAccepts } from '../domain/payment-method.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import { alreadyPaid } from './held-orders.ts'
import type { CheckoutView, ReadCheckout } from './read-checkout.ts'

export interface CheckoutPaymentMethods {
  readonly checkoutId: string
  /** What `payCheckout` would charge now. */
  readonly due: Money
  /** Whether `payCheckout` would take a payment now. */
  readonly isPayable: boolean
  readonly methods: readonly AcceptedMethod[]
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
  readonly checkoutsApi: Pick<CheckoutsApi, 'listCheckoutMethods'>
  readonly managementApi: Pick<ManagementApi, 'listPaymentMethods'>
  /** The instrument types that this service takes at all. */
  readonly instruments: ReadonlySet<InstrumentType>
}

export function createListCheckoutMethods(
  dependencies: ListCheckoutMethodsDependencies,
): ListCheckoutMethods {
  const { readCheckout, checkoutsApi, managementApi, instruments } = dependencies

  return async function listCheckoutMethods(caller, checkoutId, context) {
    const view = await readCheckout(
      { caller, checkoutId, expectedAmount: null, evenWhileRunning: true },
      context,
    )
    const due = dueOf(view)
    const { methods } = await methodsOf(view, checkoutId, context)
    return {
      checkoutId,
      due,
      isPayable: due.amount > 0 && !view.isRunning,
      methods: withAccepts(methods, instruments),
    }
  }

  async function methodsOf({ checkout, choice }: CheckoutView, checkoutId: string, context: RequestContext) {
    const ofCheckout = checkout && (await checkoutsApi.listCheckoutMethods(checkoutId, context))
    if (ofCheckout) return ofCheckout
    if (choice.kind !== 'use') throw new Problem('checkout_not_found')
    return managementApi.listPaymentMethods(choice.order.id, context)
  }
}

/** @throws Problem where it cannot be paid. */
function dueOf({ checkout, choice, record }: CheckoutView): Money {
  if (choice.kind === 'paid') throw alreadyPaid(choice.order.id, record.payments)
  if (choice.kind === 'not_payable') throw new Problem('order_not_payable')
  if (choice.kind === 'none' && !checkout) throw new Problem('checkout_not_found')
  const due = (choice.kind === 'use' ? choice.order.due : null) ?? checkout?.total ?? null
  if (!due) throw new Problem('upstream_unusable')
  return due
}
