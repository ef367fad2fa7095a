import type { Order, OrderPayment } from './order.ts'
import type { Settings } from './settings.ts'

const INCOMPLETE = 0
const PENDING = 1

export type OrderStanding = {
  readonly statusId: number
  readonly paymentStatus: string
  readonly payments: readonly OrderPayment[]
  readonly remaining: number
  readonly modifiedAt: number
}

/** An order at one moment, computed from its history. No timer has to update it. */
export function standingOf(order: Order, now: number): OrderStanding {
  const changes = order.changes
    .filter((change) => change.at <= now)
    .toSorted((one, other) => one.at - other.at)
  const payments = order.payments.filter(({ at, until }) => at <= now && (until ?? Infinity) > now)
  const paid = payments.reduce((total, payment) => total + payment.amount, 0)
  return {
    statusId: changes.findLast((change) => change.statusId !== undefined)?.statusId ?? PENDING,
    paymentStatus: changes.findLast((change) => change.paymentStatus !== undefined)?.paymentStatus ?? '',
    payments,
    remaining: Math.max(0, order.total.incTax - paid),
    modifiedAt: Math.max(changes.at(-1)?.at ?? order.createdAt, order.editedAt),
  }
}

/**
 * Incomplete and not made in the control panel; or Pending, where `pending_orders` allows it: the documentation says
 * that an order which is paid in part "stays Pending until fully paid".
 */
export function isPayable(order: Order, now: number, { pending_orders: pendingOrders }: Settings): boolean {
  const { statusId, payments, remaining } = standingOf(order, now)
  if (order.isDeleted || order.source === 'manual') return false
  if (statusId === INCOMPLETE) return remaining > 0 || order.total.incTax === 0
  if (statusId !== PENDING || remaining === 0 || pendingOrders === 'refused') return false
  return pendingOrders === 'payable' || payments.length > 0
}
