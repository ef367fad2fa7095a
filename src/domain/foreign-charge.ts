import { showsUnaccounted } from './evidence.ts'
import type { OrderReading } from './order.ts'
import { hasPaidAPart, type PaymentAttempt } from './payment-attempt.ts'

/** `payment_status` of an order of which nothing was paid. */
const unpaidWords = new Set(['', 'declined', 'void'])

/**
 * What a look shows on an order that no payment of ours accounts for: it was there before, and another application may have paid it or be
 * paying it.
 */
export function foreignCharge(
  reading: OrderReading,
  payments: readonly PaymentAttempt[],
): 'none' | 'charged' | 'in_progress' {
  if (showsUnaccounted(reading, payments)) return 'charged'
  const { order, transactions } = reading
  const isOpen = transactions.some(
    ({ id, event, status }) =>
      event === 'pending' &&
      status !== 'error' &&
      !transactions.some(({ referenceId }) => referenceId !== null && referenceId === id),
  )
  // Once a part is paid, the order's own word is about that part.
  const saysMore = order !== null && !payments.some(hasPaidAPart) && !unpaidWords.has(order.paymentStatus)
  return isOpen || saysMore ? 'in_progress' : 'none'
}
