import type { Kysely } from 'kysely'
import { RUNNING_STATUSES } from '../domain/payment-attempt.ts'
import type { Tables } from './engine/tables.ts'
import { orderIdOf, statusIn } from './find-attempts.ts'
import { moveHolds } from './velocity-holds.ts'

/** How long an attempt must have stood still to count as abandoned, by where it stands. */
export interface StillFor {
  readonly claimedMs: number
  readonly sendingMs: number
}

export interface Abandoned {
  readonly paymentId: string
  /** null where it was *ordering*. */
  readonly orderId: number | null
}

/** What recovery did with attempts that a dead instance left behind. */
export interface Recovered {
  /** Claimed and never sent: key and order are free again. */
  readonly released: readonly Abandoned[]
  /** Sent, or perhaps sent. */
  readonly unknown: readonly Abandoned[]
}

/** A crash leaves what one instance was working on; more of them are ended in the next rounds. */
const recoveredMax = 100

/**
 * Ends what a dead instance left running. What says *claimed* was certainly not sent, and never will be: an instance that is
 * alive after all finds, before it sends, that the attempt is no longer its own. What says *sending* may have been charged:
 * it becomes *unknown* and is never sent again.
 */
export async function recoverAbandoned(
  database: Kysely<Tables>,
  storeHash: string,
  nowMs: number,
  stillFor: StillFor,
): Promise<Recovered> {
  const abandoned = (status: 'claimed' | 'sending', stillForMs: number) => {
    const batch = database
      .selectFrom('payment_attempts')
      .select('id')
      .where(statusIn(RUNNING_STATUSES))
      .where('updated_at_ms', '<=', nowMs - stillForMs)
      .where('store_hash', '=', storeHash)
      .where('status', '=', status)
      .orderBy('updated_at_ms')
      .limit(recoveredMax)
    // The condition stands twice: between choosing and ending, its instance may have gone on.
    return database
      .updateTable('payment_attempts')
      .where('id', 'in', batch)
      .where('status', '=', status)
      .where('updated_at_ms', '<=', nowMs - stillForMs)
      .returning(['id', 'order_id'])
  }
  const released = await abandoned('claimed', stillFor.claimedMs)
    .set({
      status: 'not_sent',
      problem_code: 'internal_error',
      holds_order: null,
      updated_at_ms: nowMs,
      ended_at_ms: nowMs,
    })
    .execute()
  await moveHolds(database, idsOf(released), null)
  const unknown = await abandoned('sending', stillFor.sendingMs)
    .set({ status: 'unknown', updated_at_ms: nowMs, next_look_at_ms: nowMs, unsettled_since_ms: nowMs })
    .execute()
  await moveHolds(database, idsOf(unknown), 'unknown')
  return { released: namesOf(released), unknown: namesOf(unknown) }
}

const namesOf = (rows: readonly { readonly id: string; readonly order_id: number }[]): Abandoned[] =>
  rows
    .map((row) => ({ paymentId: row.id, orderId: orderIdOf(row) }))
    .sort((one, other) => (one.paymentId < other.paymentId ? -1 : 1))

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)
