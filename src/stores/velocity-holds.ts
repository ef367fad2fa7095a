import { type Kysely, sql, type Transaction } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import { ASK_AGAIN_SECONDS } from '../domain/payment-answer.ts'
import { isRunning } from '../domain/payment-attempt.ts'
import { dialectOf, waitForTurn } from './engine/dialect.ts'
import type { Tables } from './engine/tables.ts'
import { transact } from './engine/transact.ts'

/** Whose declines are counted, and how many there may be. */
export interface VelocitySubject {
  readonly key: string
  readonly declinesMax: number
}

export type Reservation =
  | { readonly kind: 'reserved' }
  | { readonly kind: 'blocked'; readonly retryAfterSeconds: number }

/**
 * The places that attempts hold in the allowances of callers and addresses. What a claimed attempt holds is given back where
 * it is settled. Each method throws Problem `store_unavailable` when the database fails.
 */
export interface VelocityHolds {
  /** Takes a place for an attempt in every allowance, or in none where one is full. */
  reserve(attemptId: string, subjects: readonly VelocitySubject[]): Promise<Reservation>
  /** Gives back what an attempt holds that was never claimed. */
  release(attemptId: string): Promise<void>
  /**
   * Forgets a batch of places whose time is over.
   *
   * @returns how many; 0 when none is left.
   */
  deleteExpired(): Promise<number>
}

/** What a sweep deletes at a time. On SQLite it holds up the whole instance: this many take a few milliseconds. */
export const SWEPT_MAX = 500

export interface VelocityHoldsOptions {
  readonly database: Kysely<Tables>
  readonly windowMs: number
  readonly now: Clock
}

export function createVelocityHolds({ database, windowMs, now }: VelocityHoldsOptions): VelocityHolds {
  return {
    reserve: (attemptId, subjects) =>
      transact(() =>
        database.transaction().execute(async (transaction): Promise<Reservation> => {
          // Counting and taking are one step. Callers come before addresses, so no two transactions wait for each other.
          for (const { key } of subjects) await waitForTurn(transaction, key)
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

    release: (attemptId) => transact(() => releaseHolds(database, [attemptId])),

    deleteExpired: () =>
      transact(async () => {
        const { rowPlace, isOf } = dialectOf(database)
        const batch = sql`SELECT ${rowPlace} FROM velocity_holds
          WHERE held_until_ms <= ${now()} ORDER BY held_until_ms LIMIT ${SWEPT_MAX}`
        const deleted = await sql`DELETE FROM velocity_holds WHERE ${isOf(batch)}`.execute(database)
        return Number(deleted.numAffectedRows ?? 0)
      }),
  }
}

/** Gives back the places that attempts hold. */
export async function releaseHolds(queries: Kysely<Tables>, attemptIds: readonly string[]): Promise<void> {
  await queries.deleteFrom('velocity_holds').where('attempt_id', 'in', attemptIds).execute()
}

/** How long until a place is free; 0 if one is. The place of a running attempt may come back at any moment. */
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
  if (held.some(({ status }) => status === null || isRunning(status))) {
    return ASK_AGAIN_SECONDS
  }
  return Math.ceil((first.held_until_ms - nowMs) / 1000)
}
