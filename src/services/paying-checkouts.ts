import type { CheckoutsApi } from '../clients/bigcommerce/checkouts-api.ts'
import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Log } from '../logging/log-entry.ts'
import type { Checkouts } from '../stores/checkouts.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'
import { type ClaimCheckoutDependencies, createClaimCheckout } from './claim-checkout.ts'
import { createFindMadeOrders, type FindMadeOrders } from './find-made-orders.ts'
import { createListCheckoutMethods, type ListCheckoutMethods } from './list-checkout-methods.ts'
import { createListCheckoutPayments, type ListCheckoutPayments } from './list-checkout-payments.ts'
import { createMakeOrder } from './make-order.ts'
import type { Misses } from './misses.ts'
import { createPayCheckout, type PayCheckout, type PayCheckoutDependencies } from './pay-checkout.ts'
import { createReadCheckout } from './read-checkout.ts'

export interface PayingCheckouts {
  readonly payCheckout: PayCheckout
  readonly listCheckoutMethods: ListCheckoutMethods
  readonly listCheckoutPayments: ListCheckoutPayments
  /** A part of each round of reconciliation. */
  readonly findMadeOrders: FindMadeOrders
}

export interface PayingCheckoutsDependencies
  extends Omit<PayCheckoutDependencies, 'claimCheckout' | 'attempts' | 'charging'>,
    Omit<
      ClaimCheckoutDependencies,
      | 'readCheckout'
      | 'makeOrder'
      | 'findMadeOrders'
      | 'checkouts'
      | 'managementApi'
      | 'attempts'
      | 'charging'
    > {
  readonly attempts: PayCheckoutDependencies['attempts'] & ClaimCheckoutDependencies['attempts']
  readonly charging: PayCheckoutDependencies['charging']
  readonly checkouts: Checkouts
  readonly checkoutsApi: CheckoutsApi
  readonly managementApi: ManagementApi
  readonly unsettled: Pick<UnsettledAttempts, 'wake'>
  readonly misses: Misses
  readonly log: Log
}

/** Everything about paying checkouts, put together. */
export function createPayingCheckouts(dependencies: PayingCheckoutsDependencies): PayingCheckouts {
  const findMadeOrders = createFindMadeOrders(dependencies)
  const readCheckout = createReadCheckout(dependencies)
  const makeOrder = createMakeOrder({ ...dependencies, findMadeOrders })
  const claimCheckout = createClaimCheckout({ ...dependencies, readCheckout, makeOrder, findMadeOrders })
  return {
    payCheckout: createPayCheckout({ ...dependencies, claimCheckout }),
    listCheckoutMethods: createListCheckoutMethods({ ...dependencies, readCheckout }),
    listCheckoutPayments: createListCheckoutPayments({ ...dependencies, readCheckout }),
    findMadeOrders,
  }
}
