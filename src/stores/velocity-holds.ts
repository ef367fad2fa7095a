import { type Kysely, PostgresAdapter, sql, type Transaction } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import { ASK_AGAIN_SECONDS } from '../domain/payment-answer.ts'
import type { VelocitySubject } from '../domain/velocity.ts'
import type { Tables } from './engine/tables.ts'
import { guarded } from './engine/transact.ts'

export type Reservation =
  | { readonly kind: 'reserved' }
  | { readonly kind: 'blocked'; readonly retryAfterSeconds: number }

/**
 * The places that attempts hold in the allowances of callers and addresses. What an attempt that was claimed holds is given
 * back where it is settled. Each method throws Problem `store_unavailable` when the database fails it.
 */
export interface VelocityHolds {
  /** Takes a place for an attempt in every allowance, or in none where one is full. */
  reserve(attemptId: string, subjects: readonly VelocitySubject[]): Promise<Reservation>
  /** Gives back what an attempt holds that was never claimed. */
  release(attemptId: string): Promise<void>
  /** Forgets places whose time is over. */
  deleteExpired(): Promise<number>
}

export interface VelocityHoldsOptions {
  readonly database: Kysely<Tables>
  readonly windowMs: number
  readonly now: Clock
}

export function createVelocityHolds({ database, windowMs, now }: VelocityHoldsOptions): VelocityHolds {
  return {
    reserve: (attemptId, subjects) =>
      guarded(() =>
        database.transaction().execute(async (transaction): Promise<Reservation> => {
          for (const { key } of subjects) await haveToOneself(transaction, key)
          const nowMs = now()
          const waits = []
          for (const subject of subjects) waits.push(await waitSeconds(transaction, subject, nowMs))
          const retryAfterSeconds = Math.max(...waits)
          if (retryAfterSeconds > 0) return { kind: 'blocked', retryAfterSeconds }
          const held = { attempt_id: attemptId, held_until_ms: nowMs + windowMs }
          await transaction
            .insertInto('velocity_holds')
            .values(subjects.map(({ key }) => ({ subject_key: key, ...held })))
            .execute()
          return { kind: 'reserved' }
        }),
      ),

    release: (attemptId) => guarded(() => releaseHolds(database, [attemptId])),

    deleteExpired: () =>
      guarded(async () => {
        const deleted = await database
          .deleteFrom('velocity_holds')
          .where('held_until_ms', '<=', now())
          .executeTakeFirst()
        return Number(deleted.numDeletedRows)
      }),
  }
}

/** Gives back the places that attempts hold. */
export async function releaseHolds(queries: Kysely<Tables>, attemptIds: readonly string[]): Promise<void> {
  await queries.deleteFrom('velocity_holds').where('attempt_id', 'in', attemptIds).execute()
}

/**
 * Counting and taking must be one step. SQLite has one writer anyway; on Postgres two would count the same places. Callers
 * always come before addresses, so no two transactions wait for each other.
 */
async function haveToOneself(transaction: Transaction<Tables>, key: string): Promise<void> {
  if (!(transaction.getExecutor().adapter instanceof PostgresAdapter)) return
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(transaction)
}

/** Until a place comes free; 0 when there is one. A place that a running attempt holds may come back any moment. */
async function waitSeconds(
  transaction: Transaction<Tables>,
  { key, declinesMax }: VelocitySubject,
  nowMs: number,
): Promise<number> {
  const held = await transaction
    .selectFrom('velocity_holds')
    .leftJoin('payment_attempts', 'payment_attempts.id', 'velocity_holds.attempt_id')
    .select(['held_until_ms', 'status'])
    .where('subject_key', '=', key)
    .where('held_until_ms', '>', nowMs)
    .orderBy('held_until_ms', 'desc')
    .limit(declinesMax)
    .execute()
  const first = held[declinesMax - 1]
  if (!first) return 0
  if (held.some(({ status }) => status === null || status === 'claimed' || status === 'sending')) {
    return ASK_AGAIN_SECONDS
  }
  return Math.ceil((first.held_until_ms - nowMs) / 1000)
}
