import type { Money } from './money.ts'

/** The part of a BigCommerce order that paying relies on. */
export interface Order {
  readonly id: number
  /** BigCommerce's fixed number for the order's state; the labels can be renamed by the merchant, this cannot. */
  readonly statusId: number
  /** null for a guest's order, so that no comparison can ever match "nobody" with "nobody". */
  readonly customerId: number | null
  /** BigCommerce's word for the payment's state; empty for none. */
  readonly paymentStatus: string
  /** What is still to be paid: the total less store credit and gift certificates already applied. */
  readonly due: Money
}

const incomplete = 0
const pending = 1

/**
 * Whether BigCommerce may still take a payment for an order in this state. Incomplete is the rule; an order
 * paid in part by gift certificate or store credit is said to "stay Pending", so Pending is left for
 * BigCommerce to judge when the PAT is made (Payments API guide, store credit and gift certificates).
 */
export const mayBePayable = (order: Order): boolean =>
  (order.statusId === incomplete || order.statusId === pending) && order.due.amount > 0
