import type { StoredInstrument } from '../data/stored-instruments.ts'

export function storedInstrumentView(instrument: StoredInstrument) {
  const { type, token, isDefault } = instrument
  const common = { type, token, is_default: isDefault }
  switch (instrument.type) {
    case 'stored_card':
      return {
        ...common,
        brand: instrument.brand,
        expiry_month: instrument.expiryMonth,
        expiry_year: instrument.expiryYear,
        issuer_identification_number: instrument.iin,
        last_4: instrument.last4,
      }
    case 'stored_paypal_account':
      return { ...common, email: instrument.email }
    case 'stored_bank_account':
      return {
        ...common,
        masked_account_number: instrument.maskedAccountNumber,
        issuer: instrument.issuer,
      }
    default:
      return instrument satisfies never
  }
}
