import type { Caller, OrderAccess } from '../../../src/domain/caller.ts'

const callerOf = (name: string, access: OrderAccess, customerId: number | null): Caller => ({
  principal: name,
  scopes: new Set(['payments:read', 'payments:write']),
  access,
  customerId,
})

/** The same for a checkout that is no order yet. */
export const callersOfCheckout = (id: string): readonly [Caller, ...Caller[]] => [
  callerOf('customer', { kind: 'customer', customerId: 7 }, 7),
  callerOf('device', { kind: 'orders', orderIds: new Set(), checkoutIds: new Set([id]) }, null),
  callerOf('server', { kind: 'any' }, null),
]

/** The customer at the shop, the same order on a second device, and a server that may pay any. */
export const callersOf = (orderId: number): readonly [Caller, ...Caller[]] => [
  callerOf('customer', { kind: 'customer', customerId: 7 }, 7),
  callerOf('device', { kind: 'orders', orderIds: new Set([orderId]) }, null),
  callerOf('server', { kind: 'any' }, null),
]
