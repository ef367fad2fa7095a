import { createHash } from 'node:crypto'
import type { InstrumentType, PaymentInstrument } from './payment-instrument.ts'
import { Sealed } from './sealed.ts'

/** An instrument as the service handles it. Its type is readable; the rest is sealed. */
export interface SealedInstrument {
  readonly type: InstrumentType
  /**
   * Tells two instruments apart. The CVV is not in it, and of a card number only the first six and last four digits, so that
   * the card cannot be found even by trying all numbers (PCI DSS 3.3.1, 3.5.1).
   */
  readonly digest: string
  /** Only for the body of the charge. */
  readonly fields: Sealed<PaymentInstrument>
}

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

/** Seals an instrument. */
export const sealInstrument = (instrument: PaymentInstrument): SealedInstrument => ({
  type: instrument.type,
  digest: digestOf(instrument),
  fields: new Sealed(instrument),
})

function digestOf(instrument: PaymentInstrument): string {
  const { verification_value: _never, ...told } = { verification_value: undefined, ...instrument }
  const members = Object.entries('number' in told ? { ...told, number: truncated(told.number) } : told)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(members)).digest('hex')
}

const truncated = (cardNumber: string) => `${cardNumber.slice(0, 6)}:${cardNumber.slice(-4)}`
