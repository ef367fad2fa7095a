import type { PaymentAttempt } from '../../../src/domain/payment-attempt.ts'
import type { PayRequest, Reply } from '../clients/requests.ts'
import type { Charge, StoreOrder } from '../upstream/store-order.ts'

/**
 * Watches everything that is charged and everything that is said, and holds the one against the other. It believes
 * BigCommerce's books; of our ledger it only asks whether it keeps its own promises.
 */
export interface Witness {
  /** The first promise that was broken; null while none has been. */
  violation(): string | null
  broken(what: string): void
  asked(requestId: string, request: PayRequest): void
  told(requestId: string, request: PayRequest, reply: Reply): void
  shown(attempts: readonly PaymentAttempt[]): void
  /** A charge is handed to the network. */
  sending(requestId: string, paymentAccessToken: string): void
  /** Its sender has been told that it was not taken in: it may send once more. */
  turnedAway(requestId: string): void
  /** Money is taken, or will perhaps be. */
  charged(order: StoreOrder, charge: Charge): void
  /** Everything has healed, and time enough has passed. */
  finish(orders: readonly StoreOrder[]): void
}
