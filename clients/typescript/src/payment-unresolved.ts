import type { Payment } from './types.ts'

export interface PaymentUnresolvedOptions {
  readonly orderId: number
  readonly idempotencyKey: string
  readonly payment: Payment | null
  readonly cause: unknown
}

/**
 * It is not known whether the order was charged, and the time to wait is over. Do not pay another way: call `payOrder`
 * again with the same payment, or `resume`, to learn the result.
 */
export class PaymentUnresolved extends Error {
  readonly retry = 'after'
  readonly orderId: number
  readonly idempotencyKey: string
  /** As last seen; null when the service could not be asked. */
  readonly payment: Payment | null

  constructor({ orderId, idempotencyKey, payment, cause }: PaymentUnresolvedOptions) {
    super(`It is not known yet whether order ${orderId} has been paid. Do not pay again.`, { cause })
    this.name = 'PaymentUnresolved'
    this.orderId = orderId
    this.idempotencyKey = idempotencyKey
    this.payment = payment
  }
}
