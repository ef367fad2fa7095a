import type { Transaction } from 'kysely'
import { keepsPlace } from '../domain/velocity.ts'
import type { Tables } from './engine/tables.ts'
import type { NewAttempt } from './payment-attempts.ts'

/** How many attempts on one order may fail within a window. */
export interface FailuresLimit {
  readonly failuresMax: number
  readonly windowMs: number
}

interface Claimed {
  readonly storeHash: string
  readonly attempt: NewAttempt
  readonly nowMs: number
  readonly failures: FailuresLimit | null
}

/**
 * Until one more attempt on the order may be made; 0 when one may now. Asked once the order is fenced: from then on no other
 * attempt on it can end, so what is counted stays true. The attempts themselves are the reservations.
 */
export async function failuresWaitSeconds(
  transaction: Transaction<Tables>,
  { storeHash, attempt, nowMs, failures }: Claimed,
): Promise<number> {
  if (failures === null) return 0
  const ended = await transaction
    .selectFrom('payment_attempts')
    .select(['created_at_ms', 'status', 'problem_code'])
    .where('store_hash', '=', storeHash)
    .where('order_id', '=', attempt.orderId)
    .where('created_at_ms', '>', nowMs - failures.windowMs)
    .where('status', 'in', ['declined', 'not_charged'])
    .orderBy('created_at_ms', 'desc')
    .execute()
  const failed = ended.filter(
    ({ status, problem_code }) => status === 'not_charged' || keepsPlace(status, problem_code),
  )
  const first = failed[failures.failuresMax - 1]
  return first ? Math.ceil((first.created_at_ms + failures.windowMs - nowMs) / 1000) : 0
}
