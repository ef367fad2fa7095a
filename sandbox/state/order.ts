import type { OrderInput } from './order-input.ts'
import type { OrderTotal } from './order-total.ts'

/** From `at` on the order looks like this. Pending payments settle by entries in the future, without timers. */
export type OrderChange = {
  readonly at: number
  readonly statusId?: number
  readonly paymentStatus?: string
}

export type OrderPayment = {
  readonly at: number
  /** When a pending payment is declined later, the money is owed again from this moment. */
  readonly until?: number
  readonly amount: number
  readonly paymentMethodId: string
  readonly label: string
  readonly providerId: string
}

export type Order = {
  readonly id: number
  readonly customerId: number
  /** The transactional currency: what is charged. */
  readonly currency: string
  readonly displayCurrency: string
  readonly source: string
  readonly isDigital: boolean
  readonly input: OrderInput
  readonly createdAt: number
  /** From when on lists show it. */
  readonly listedAt: number
  readonly editedAt: number
  readonly changes: readonly OrderChange[]
  readonly payments: readonly OrderPayment[]
  readonly total: OrderTotal
  readonly isDeleted: boolean
}
