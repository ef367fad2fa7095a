import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../domain/clock.ts'
import type { InstrumentType } from '../../domain/payment-instrument.ts'
import {
  type PaymentTokenBucketOptions,
  paymentTokenBucketPlugin,
} from '../../plugins/payment-token-bucket.ts'
import type { PayingCheckouts } from '../../services/paying-checkouts.ts'
import { listCheckoutMethodsRoute } from './list-payment-methods.ts'
import { payCheckoutRoute } from './pay-checkout.ts'
import { readCheckoutPaymentsRoutes } from './read-payments.ts'

export interface CheckoutRoutesOptions extends Omit<PayingCheckouts, 'findMadeOrders'> {
  readonly permits: PaymentTokenBucketOptions['permits']
  readonly instruments: ReadonlySet<InstrumentType>
  readonly now: Clock
}

/** The routes of checkouts, which are there only where checkouts can be paid. */
export async function checkoutRoutes(app: FastifyInstance, options: CheckoutRoutesOptions) {
  const { listCheckoutMethods, payCheckout, listCheckoutPayments, permits, instruments, now } = options
  await app.register(listCheckoutMethodsRoute, { listCheckoutMethods })
  await app.register(async (paying) => {
    await paying.register(paymentTokenBucketPlugin, { permits })
    await paying.register(payCheckoutRoute, { payCheckout, instruments })
  })
  await app.register(readCheckoutPaymentsRoutes, { listCheckoutPayments, now })
}
