import type { PayableId } from './kept-payments.ts'
import type { Payment } from './types.ts'

export interface PaymentUnresolvedOptions {
  /** What was to be paid: an order, or a checkout. */
  readonly payableId: PayableId
  readonly idempotencyKey: string
  readonly payment: Payment | null
  readonly cause: unknown
}

/**
 * It is not known whether the order was charged, and the time to wait is over. Do not pay another way: call `payOrder` or
 * `payCheckout` again with the same payment, or `resume`, to learn the result.
 */
export class PaymentUnresolved extends Error {
  readonly retry = 'after'
  /** Null while the order of a checkout is not known. */
  readonly orderId: number | null
  /** Null where an order was paid. */
  readonly checkoutId: string | null
  readonly idempotencyKey: string
  /** As last seen; null when the service could not be asked. */
  readonly payment: Payment | null

  constructor({ payableId, idempotencyKey, payment, cause }: PaymentUnresolvedOptions) {
    const isOrder = typeof payableId === 'number'
    const what = `${isOrder ? 'order' : 'checkout'} ${payableId}`
    super(`It is not known yet whether ${what} has been paid. Do not pay again.`, { cause })
    this.name = 'PaymentUnresolved'
    this.orderId = isOrder ? payableId : (payment?.order_id ?? null)
    this.checkoutId = isOrder ? null : payableId
    this.idempotencyKey = idempotencyKey
    this.payment = payment
  }
}
