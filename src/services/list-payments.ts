import type { Caller } from '../domain/caller.ts'
import { isUnsettled, type PaymentAttempt } from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'
import { type AuthorizeOrder, maySeeAttempt } from './authorize-order.ts'

/**
 * The attempts to pay an order, newest first, for a caller who may pay it. Asking makes reconciliation look now, unless those who
 * ask for the same one after the other share a look.
 */
export type ListPayments = (
  caller: Caller,
  orderId: number,
  context: RequestContext,
  mayLook?: MayLook,
) => Promise<PaymentAttempt[]>

/** Whether a look is to be asked for at these payments, which have no end. */
export type MayLook = (paymentIds: readonly string[]) => boolean

/** One of them. @throws Problem `payment_not_found`. */
export type GetPayment = (
  caller: Caller,
  orderId: number,
  paymentId: string,
  context: RequestContext,
  mayLook?: MayLook,
) => Promise<PaymentAttempt>

export interface ListPaymentsDependencies {
  readonly attempts: Pick<PaymentAttempts, 'findByOrder'>
  readonly unsettled: Pick<UnsettledAttempts, 'wake'>
  readonly authorizeOrder: AuthorizeOrder
}

export function createListPayments(dependencies: ListPaymentsDependencies): ListPayments {
  const { attempts, unsettled, authorizeOrder } = dependencies

  return async function listPayments(caller, orderId, context, mayLook = () => true) {
    const payments = await attempts.findByOrder(orderId)
    // Clients poll this. What the ledger knows of the order's customer saves a call to BigCommerce each time.
    const isKnownToBeTheirs =
      payments.length > 0 && payments.every((payment) => maySeeAttempt(caller, payment))
    if (!isKnownToBeTheirs) await authorizeOrder(caller, orderId, context)
    const open = payments.filter(({ status }) => isUnsettled(status)).map(({ id }) => id)
    if (open.length > 0 && mayLook(open)) await unsettled.wake(orderId, false)
    return payments
  }
}

export const createGetPayment =
  (listPayments: ListPayments): GetPayment =>
  async (caller, orderId, paymentId, context, mayLook) => {
    const payments = await listPayments(caller, orderId, context, mayLook)
    const payment = payments.find(({ id }) => id === paymentId)
    if (!payment) throw new Problem('payment_not_found')
    return payment
  }
