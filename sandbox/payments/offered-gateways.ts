import { STORE_CURRENCY } from '../data/balances.ts'
import { GATEWAYS, type Gateway } from '../data/gateways.ts'
import type { Order } from '../state/order.ts'
import type { World } from '../world.ts'

/** What this order can be paid with. A broken gateway is offered too: its fault shows only when it is used. */
export function offeredGateways(world: World, order: Order): readonly Gateway[] {
  return GATEWAYS.filter((gateway) => isOffered(world, order, gateway))
}

export function isOffered({ settings, shoppers }: World, order: Order, gateway: Gateway): boolean {
  const isStoreCurrency = order.currency === STORE_CURRENCY
  if (settings.gateways[gateway.id] === 'missing') return false
  switch (gateway.type) {
    case 'gift_certificate':
      return settings.gift_certificates && isStoreCurrency
    case 'store_credit':
      return settings.store_credit && isStoreCurrency && shoppers.creditOf(order.customerId) > 0
    default:
      return true
  }
}
