import { STORE_CURRENCY } from '../data/balances.ts'
import { GATEWAYS, type Gateway } from '../data/gateways.ts'
import type { Order } from '../state/order.ts'
import type { Settings } from '../state/settings.ts'
import type { World } from '../world.ts'

/** What this order can be paid with. A broken gateway is offered too: its fault shows only when it is used. */
export function offeredGateways(world: World, order: Order): readonly Gateway[] {
  return GATEWAYS.filter((gateway) => isOffered(world, order, gateway))
}

export const configurationOf = ({ gateways }: Settings, { id, isUsual }: Gateway) =>
  gateways[id] ?? (isUsual ? 'configured' : 'missing')

export function isOffered({ settings, shoppers }: World, order: Order, gateway: Gateway): boolean {
  const isStoreCurrency = order.currency === STORE_CURRENCY
  if (configurationOf(settings, gateway) === 'missing') return false
  switch (gateway.type) {
    case 'gift_certificate':
      return settings.gift_certificates && isStoreCurrency
    case 'store_credit':
      return settings.store_credit && isStoreCurrency && shoppers.creditOf(order.customerId) > 0
    default:
      return true
  }
}
