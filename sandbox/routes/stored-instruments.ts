import type { FastifyInstance } from 'fastify'
import type { StoredInstrument } from '../data/stored-instruments.ts'
import type { Runtime } from '../runtime.ts'

const route = { config: { scopes: ['store_stored_payment_instruments_read_only'] } } as const

/** A bare array, unlike every other V3 list. */
export function storedInstrumentsRoute(app: FastifyInstance, runtime: Runtime): void {
  app.get<{ Params: { id: string } }>('/v3/customers/:id/stored-instruments', route, async (request) =>
    runtime.world.shoppers.instrumentsOf(Number(request.params.id)).map(storedInstrumentView),
  )
}

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
