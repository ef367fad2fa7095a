import { randomBytes } from 'node:crypto'
import type { World } from '../world.ts'
import type { Sale } from './judge-payment.ts'

/** Only a raw card, only for a customer, only where the gateway can use it again; else silently not. */
export function saveInstrument(world: World, { order, gateway, funding, payment }: Sale): void {
  const isStorable = payment.instrument.type === 'card' && gateway.accepts.includes('stored_card')
  if (!isStorable || order.customerId === 0 || !funding.card) return
  world.customers.storeInstrument(order.customerId, {
    type: 'stored_card',
    gatewayId: gateway.id,
    token: randomBytes(32).toString('hex'),
    isDefault: false,
    ...funding.card,
  })
}
