import type { Money } from './money.ts'

/** `purchase`: the money is captured. `authorization`: it is reserved, and the merchant captures it later. */
export type TransactionType = 'authorization' | 'purchase'

/** The part of BigCommerce's record of a payment that reconciliation relies on. */
export interface Transaction {
  /** null where the gateway leaves it out. */
  readonly id: number | null
  /** In lower case. An open set; those that matter are `purchase`, `authorization`, `capture` and `pending`. */
  readonly event: string
  /** In lower case; `ok` or `error`, as far as is documented. */
  readonly status: string
  /** The kind of instrument, in lower case, an open set: `credit_card`, `gift_certificate`, `store_credit`, …; empty for none. */
  readonly method: string
  /** The gateway's own id, which may be the one that the answer to the charge named; empty for none. */
  readonly gatewayTransactionId: string
  /** null when the amount cannot be one in this currency. */
  readonly money: Money | null
  /** In lower case; null where the gateway leaves it out. */
  readonly paymentMethodId: string | null
  /** The transaction that this one ends or follows; null for none. */
  readonly referenceId: number | null
  /** When BigCommerce recorded it, by its own clock, in milliseconds since the epoch; null where it does not say. */
  readonly createdAtMs: number | null
}

/** What BigCommerce shows of the payments on an order; some gateways record nothing. */
export interface TransactionsReading {
  readonly transactions: readonly Transaction[]
  /** Whether these are all there are. If not, what is missing proves nothing. */
  readonly isWhole: boolean
  /** Whether nothing that could not be read may be a void: then an authorisation that is shown stands. */
  readonly showsAllVoids: boolean
  /** The earliest of the answers' moments, by BigCommerce's clock; null where an answer has none. */
  readonly answeredAtMs: number | null
}
