import type { Caller } from '../domain/caller.ts'
import { isUnsettled, type PaymentAttempt } from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import type { Checkouts } from '../stores/checkouts.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'
import type { MayLook } from './list-payments.ts'
import { isKnownToBeTheirs, type ReadCheckout, refuseUnnamed } from './read-checkout.ts'

/** The attempts to pay a checkout, newest first, for a caller who may pay it. Asking makes reconciliation look, as `ListPayments` does. */
export type ListCheckoutPayments = (
  caller: Caller,
  checkoutId: string,
  context: RequestContext,
  mayLook?: MayLook,
) => Promise<readonly PaymentAttempt[]>

export interface ListCheckoutPaymentsDependencies {
  readonly checkouts: Pick<Checkouts, 'find'>
  readonly unsettled: Pick<UnsettledAttempts, 'wake'>
  readonly readCheckout: ReadCheckout
}

export function createListCheckoutPayments(
  dependencies: ListCheckoutPaymentsDependencies,
): ListCheckoutPayments {
  const { checkouts, unsettled, readCheckout } = dependencies

  return async function listCheckoutPayments(caller, checkoutId, context, mayLook = () => true) {
    refuseUnnamed(caller, checkoutId)
    const { payments } = await checkouts.find(checkoutId)
    // Clients poll this, so BigCommerce is asked only where the ledger does not know whose it is.
    if (payments.length === 0 || !isKnownToBeTheirs(caller, checkoutId, payments))
      await readCheckout({ caller, checkoutId, expectedAmount: null }, context).catch(passOverStanding)
    const open = payments.filter(({ status }) => isUnsettled(status))
    const isLookedAt = open.length > 0 && mayLook(open.map(({ id }) => id))
    const held = new Set(isLookedAt ? open.map(({ orderId }) => orderId) : [])
    for (const orderId of held) if (orderId !== null) await unsettled.wake(orderId, false)
    return payments
  }
}

/** How the checkout stands is what is asked for here: it is told only to a caller who may see it. */
function passOverStanding(error: unknown): void {
  const isStanding =
    error instanceof Problem &&
    (error.code === 'order_already_paid' || error.code === 'order_payment_in_progress')
  if (!isStanding) throw error
}
