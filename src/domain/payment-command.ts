import { createHash } from 'node:crypto'
import type { InstrumentType, PaymentInstrument } from './payment-instrument.ts'
import { Sealed } from './sealed.ts'

/** An instrument as the service handles it: its type, by which it decides, and the rest out of sight. */
export interface SealedInstrument {
  readonly type: InstrumentType
  /**
   * What tells two instruments apart, without the CVV and with a card number only as first six and last four, so that
   * not even by trying all of them could it be turned back into a card (PCI DSS 3.3.1, 3.5.1).
   */
  readonly digest: string
  /** For the body of the charge, in the one file that writes it. */
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
}

/** Puts an instrument out of sight, for good. */
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
