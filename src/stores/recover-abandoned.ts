import type { Kysely } from 'kysely'
import type { Tables } from './engine/tables.ts'
import type { Recovered, StillFor } from './unsettled-attempts.ts'
import { releaseHolds } from './velocity-holds.ts'

/**
 * Takes attempts out of the two states that only a living instance can leave. One that says *claimed* was certainly
 * not sent: should its instance live after all, it will find that it may not send any more. One that says *sending*
 * may have been charged: it is unknown, and never sent again.
 */
export async function recoverAbandoned(
  database: Kysely<Tables>,
  storeHash: string,
  nowMs: number,
  stillFor: StillFor,
): Promise<Recovered> {
  const abandoned = (status: 'claimed' | 'sending', stillForMs: number) =>
    database
      .updateTable('payment_attempts')
      .where('store_hash', '=', storeHash)
      .where('status', '=', status)
      .where('updated_at_ms', '<=', nowMs - stillForMs)
      .returning('id')
  const released = await abandoned('claimed', stillFor.claimedMs)
    .set({ status: 'not_sent', problem_code: 'internal_error', updated_at_ms: nowMs })
    .execute()
  if (released.length > 0)
    await releaseHolds(
      database,
      released.map(({ id }) => id),
    )
  const unknown = await abandoned('sending', stillFor.sendingMs)
    .set({ status: 'unknown', updated_at_ms: nowMs, next_look_at_ms: nowMs, unsettled_since_ms: nowMs })
    .execute()
  return { released: released.length, unknown: unknown.length }
}
