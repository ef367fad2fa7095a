import { randomBytes, randomUUID } from 'node:crypto'
import { isInternal } from '../data/gateways.ts'
import type { Charge, Settlement } from '../state/charges.ts'
import type { World } from '../world.ts'
import type { Sale } from './judge-payment.ts'
import { lagOf, orderChanges } from './order-changes.ts'
import { recordCharge } from './record-transactions.ts'

/**
 * Takes the money. Does not check the order again: two payments that passed their checks at the same
 * time are both charged, because the platform does not promise that only one is.
 */
export function commitCharge(world: World, sale: Sale, settles?: Settlement): Charge {
  const { order, gateway, funding, saves } = sale
  const providerId = `sandbox_${randomUUID()}`
  const charge = chargeOf(world, sale, settles)
  world.charges.add(charge)
  recordCharge(world, sale, {
    providerId,
    ...(settles ? { settles } : {}),
    balance: takeBalance(world, sale),
  })

  const changedAt = world.now() + lagOf(world, sale)
  const declinedAt = settles?.to === 'declined' ? settles.at : undefined
  world.orders.addPayment(
    order.id,
    {
      at: changedAt,
      ...(declinedAt === undefined ? {} : { until: declinedAt }),
      amount: funding.amount,
      paymentMethodId: gateway.id,
      label: gateway.name,
      providerId: isInternal(gateway) ? '' : providerId,
    },
    orderChanges(world, sale, { changedAt, ...(settles ? { settles } : {}) }),
  )
  if (saves) saveInstrument(world, sale)
  return charge
}

function chargeOf(world: World, sale: Sale, settles?: Settlement): Charge {
  const { order, gateway, funding, instrumentType, patId } = sale
  return {
    id: randomUUID(),
    order_id: order.id,
    amount: funding.amount,
    currency: order.currency,
    payment_method_id: gateway.id,
    instrument_type: instrumentType,
    ...(funding.card ? { brand: funding.card.brand, last_4: funding.card.last4 } : {}),
    pat_jti: patId,
    at: world.now(),
    kind: gateway.transactionType,
    ...(settles ? { settles } : {}),
  }
}

/** The balance before and after, for instruments that have one. */
function takeBalance(world: World, { order, funding }: Sale) {
  const { giftCertificateCode: code, method, amount } = funding
  if (code !== undefined) {
    const before = world.shoppers.certificateBalanceOf(code) ?? 0
    return { before, after: world.shoppers.takeFromCertificate(code, amount) }
  }
  if (method !== 'store_credit') return undefined
  const before = world.shoppers.creditOf(order.customerId)
  return { before, after: world.shoppers.takeCredit(order.customerId, amount) }
}

/** Stores a raw card of a customer where the gateway takes stored cards. Otherwise nothing is stored, silently. */
function saveInstrument(world: World, { order, gateway, funding, instrumentType }: Sale): void {
  const isStorable = instrumentType === 'card' && gateway.accepts.includes('stored_card')
  if (!isStorable || order.customerId === 0 || !funding.card) return
  world.shoppers.storeInstrument(order.customerId, {
    type: 'stored_card',
    gatewayId: gateway.id,
    token: randomBytes(32).toString('hex'),
    isDefault: false,
    ...funding.card,
  })
}
