import type { ReconcileAttempt } from '../../../src/services/reconcile-attempt.ts'
import type { UnsettledAttempts } from '../../../src/stores/unsettled-attempts.ts'
import type { Run } from '../engine/run.ts'
import { PAYMENT_TIMEOUT_MS } from './charge-network.ts'

/** The longest that any scenario lets a payment wait for its turn. */
export const MAX_WAIT_MS = 20_000
/** As the composition root sets them. */
export const STILL_FOR = { claimedMs: 30_000 + MAX_WAIT_MS, sendingMs: PAYMENT_TIMEOUT_MS + 15_000 }
const leasedMax = 4

/** One round of services/reconciliation-loop.ts, whose pauses are real time and so cannot be in here. */
export function createRound(
  { counts }: Run,
  unsettled: Pick<UnsettledAttempts, 'recoverAbandoned' | 'lease'>,
  reconcileAttempt: ReconcileAttempt,
): () => Promise<void> {
  return async function round() {
    await unsettled.recoverAbandoned(STILL_FOR)
    const due = await unsettled.lease(leasedMax)
    counts.looks += due.length
    await Promise.all(due.map(reconcileAttempt))
  }
}
