import type { PaymentAttempt } from '../../../src/domain/payment-attempt.ts'
import type { PayRequest, Reply } from '../clients/requests.ts'
import type { MakingWatch } from '../service/checkout-ports.ts'
import type { Charge, StoreOrder } from '../upstream/store-order.ts'

/**
 * Compares everything that is charged with everything that is answered. It believes
 * BigCommerce's books. About our ledger it checks only that it keeps its own promises.
 */
export interface Witness {
  /** The first broken promise; null while there is none. */
  violation(): string | null
  broken(what: string): void
  asked(requestId: string, request: PayRequest): void
  told(requestId: string, request: PayRequest, reply: Reply): void
  shown(attempts: readonly PaymentAttempt[]): void
  /** A charge is handed to the network. */
  sending(requestId: string, paymentAccessToken: string): void
  /** Orders that are made of checkouts. */
  readonly makings: MakingWatch
  /** The sender was told that the charge was not accepted, and may send it once more. */
  turnedAway(requestId: string): void
  /** Money is taken, or may be taken later. */
  charged(order: StoreOrder, charge: Charge): void
  /** All faults are over, and enough time has passed. */
  finish(orders: readonly StoreOrder[]): void
}
