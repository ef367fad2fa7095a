import { isInternal } from '../data/gateways.ts'
import type { Settlement } from '../state/charges.ts'
import type { OrderChange } from '../state/order.ts'
import { standingOf } from '../state/order-standing.ts'
import type { World } from '../world.ts'
import type { Sale } from './judge-payment.ts'

type Timing = { readonly changedAt: number; readonly settles?: Settlement }

const PENDING = 1
const AWAITING_PAYMENT = 7
const COMPLETED = 10
const AWAITING_FULFILLMENT = 11
const MANUAL_VERIFICATION = 12

/** How long the charge takes to show on its order, in milliseconds. */
export const lagOf = ({ settings }: World, { showsAfterMs }: Sale): number =>
  showsAfterMs ?? settings.order_lag_ms

/** What a charge does to its order now, and what a pending one does again when it settles. */
export function orderChanges(world: World, sale: Sale, { changedAt, settles }: Timing): OrderChange[] {
  const { settings } = world
  if (!settles) return [{ at: changedAt, ...paidState(world, sale) }]
  const late = { statusId: settings.late_decline_order_status_id, paymentStatus: 'declined' }
  return [
    { at: changedAt, statusId: settings.pending_order_status_id, paymentStatus: 'pending' },
    {
      at: settles.at + lagOf(world, sale),
      ...(settles.to === 'success' ? paidState(world, sale) : late),
    },
  ]
}

function paidState(world: World, { order, gateway, funding }: Sale): Omit<OrderChange, 'at'> {
  const isPart = funding.amount < standingOf(order, world.now()).remaining
  if (isPart) return { statusId: PENDING, paymentStatus: 'pending' }
  if (funding.outcome?.kind === 'held-for-review') {
    return { statusId: MANUAL_VERIFICATION, paymentStatus: 'held for review' }
  }
  if (gateway.transactionType === 'authorization') {
    return { statusId: AWAITING_PAYMENT, paymentStatus: 'authorized' }
  }
  return {
    statusId: order.isDigital ? COMPLETED : AWAITING_FULFILLMENT,
    paymentStatus: isInternal(gateway) ? 'paid' : 'captured',
  }
}
