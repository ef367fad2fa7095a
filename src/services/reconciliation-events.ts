import type { Verdict } from '../domain/evidence.ts'
import type { AttemptStatus } from '../domain/payment-attempt.ts'

/**
 * What reconciliation does, for whoever counts it.
 *
 * - `looked`: the order and its transactions were read, and this is what they prove; `no_order` when there is none.
 * - `look_failed`: something could not be read or written; the attempt is looked at again later.
 * - `look_put_off`: BigCommerce's quota was needed for shoppers; the attempt is looked at when there is room.
 * - `needs_review`: the machine has looked long enough, and a person must. Told at least once for each payment.
 * - `duplicate_charge`: an order shows more charges than we account for. Told at least once for each payment.
 */
export type ReconciliationEvent =
  | { readonly kind: 'looked'; readonly found: Verdict['kind'] | 'no_order' }
  | { readonly kind: 'look_failed' | 'look_put_off' | 'needs_review' | 'duplicate_charge' }
  | { readonly kind: 'settled'; readonly from: AttemptStatus; readonly to: AttemptStatus }

export type ObserveReconciliation = (event: ReconciliationEvent) => void
