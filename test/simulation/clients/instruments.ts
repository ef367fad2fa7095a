import type { PaymentRequest } from '../../../src/domain/payment-command.ts'
import type { InstrumentType, PaymentInstrument } from '../../../src/domain/payment-instrument.ts'
import { sealInstrument } from '../../../src/domain/sealed.ts'

const token = 'a1'.repeat(32)
const card = {
  cardholder_name: 'Jane Doe',
  expiry_month: 12,
  expiry_year: 2030,
  verification_value: '422',
} as const

function instrumentOf(type: InstrumentType, variant: number): PaymentInstrument {
  switch (type) {
    case 'card':
      return { type, number: `42424242424242${10 + variant}`, ...card }
    case 'stored_card':
    case 'stored_bank_account':
      return { type, token: token.slice(0, 62) + String(10 + variant) }
    case 'gift_certificate':
      return { type, gift_certificate_code: `GIFT-${variant}` }
    default:
      return { type: 'store_credit' }
  }
}

const methods: Partial<Record<InstrumentType, string>> = {
  card: 'stripe.card',
  stored_card: 'authorizenet.card',
  stored_bank_account: 'braintree.ach',
  gift_certificate: 'bigcommerce.gift_certificate',
  store_credit: 'bigcommerce.store_credit',
}

/** The body of a payment by an instrument of this type; another variant is another card of the same kind. */
export const paymentBy = (type: InstrumentType, variant: number): PaymentRequest => ({
  instrument: sealInstrument(instrumentOf(type, variant)),
  payment_method_id: methods[type] ?? 'stripe.card',
})
