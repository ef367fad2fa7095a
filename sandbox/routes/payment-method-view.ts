import { BRAND_NAMES } from '../data/card-brands.ts'
import type { Gateway } from '../data/gateways.ts'
import type { Order } from '../state/order.ts'
import type { World } from '../world.ts'
import { storedInstrumentView } from './stored-instruments.ts'

type SupportedInstrument = { instrument_type: string; verification_value_required?: boolean }

export function paymentMethodView(world: World, order: Order, gateway: Gateway) {
  const stored = world.settings.vaulting
    ? world.shoppers.instrumentsOf(order.customerId).filter((each) => each.gatewayId === gateway.id)
    : []
  return {
    id: gateway.id,
    name: gateway.name,
    test_mode: true,
    type: gateway.type,
    supported_instruments: supportedInstruments(world, gateway),
    stored_instruments: stored.map(storedInstrumentView),
  }
}

function supportedInstruments({ settings }: World, gateway: Gateway): SupportedInstrument[] {
  return gateway.accepts.flatMap((type): SupportedInstrument[] => {
    if (type.startsWith('stored_') && !settings.vaulting) return []
    switch (type) {
      case 'card':
        return BRAND_NAMES.map((name) => ({ instrument_type: name, verification_value_required: true }))
      case 'stored_card':
        return [
          {
            instrument_type: 'STORED_CARD',
            verification_value_required: gateway.storedCardNeedsVerification,
          },
        ]
      case 'stored_paypal_account':
      case 'stored_bank_account':
        return [{ instrument_type: type.toUpperCase() }]
      default:
        return []
    }
  })
}
