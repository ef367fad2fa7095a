import type { SealedInstrument } from './sealed.ts'

/** BigCommerce's own body of a payment, checked. */
export interface PaymentRequest {
  readonly instrument: SealedInstrument
  readonly payment_method_id: string
  readonly save_instrument?: boolean | undefined
}

/** One intent to pay, as the caller states it. */
export interface PaymentCommand {
  readonly orderId: number
  readonly payment: PaymentRequest
  /** Minor units; null when the caller states no expectation. */
  readonly expectedAmount: number | null
  /** Whether the merchant makes it, without a shopper, by an agreement of before. */
  readonly isRecurring?: boolean
}
