import type { Money } from './money.ts'

/** `purchase` is captured money; `authorization` is reserved money that the merchant captures later. */
export type TransactionType = 'authorization' | 'purchase'

/** The part of BigCommerce's record of a payment that reconciliation relies on. */
export interface Transaction {
  readonly id: number
  /** An open set; those that matter are `purchase`, `authorization`, `capture` and `pending`. */
  readonly event: string
  readonly status: string
  /** null when it is no amount that the currency can hold. */
  readonly money: Money | null
  /** null where the gateway leaves it out. */
  readonly paymentMethodId: string | null
  /** The transaction that this one ends or follows; null for none. */
  readonly referenceId: number | null
}
