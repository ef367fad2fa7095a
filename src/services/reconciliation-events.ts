import type { Verdict } from '../domain/evidence.ts'
import type { AttemptStatus } from '../domain/payment-attempt.ts'

/**
 * What one call of `reconcileAttempt` did, to be counted.
 *
 * - `looked`: the order and its transactions were read, and this is what they prove; `no_order` when there is none.
 * - `look_failed`: something could not be read or written; the attempt is looked at again later.
 * - `look_put_off`: BigCommerce's quota was needed for shoppers; the attempt is looked at when there is room.
 * - `needs_review`: the service has looked long enough, and a person must. At least once for each payment.
 * - `duplicate_charge`: an order shows more charges than its payments account for. At least once for each payment.
 */
export type ReconciliationEvent =
  | { readonly kind: 'looked'; readonly found: Verdict['kind'] | 'no_order' }
  | { readonly kind: 'look_failed' | 'look_put_off' | 'needs_review' | 'duplicate_charge' }
  | { readonly kind: 'settled'; readonly from: AttemptStatus; readonly to: AttemptStatus }
