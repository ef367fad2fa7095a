import { type Kysely, sql } from 'kysely'
import { UNSETTLED_STATUSES, type UnsettledStatus } from '../domain/payment-attempt.ts'
import type { Tables } from './engine/tables.ts'
import { statusIn } from './find-attempts.ts'

const minuteMs = 60_000

/** How long ago a payment was sent at most, in classes that mean something to a person. */
export const AGES = [
  { age: '1m', ageMsMax: minuteMs },
  { age: '10m', ageMsMax: 10 * minuteMs },
  { age: '1h', ageMsMax: 60 * minuteMs },
  { age: '1d', ageMsMax: 24 * 60 * minuteMs },
  { age: 'older', ageMsMax: Number.POSITIVE_INFINITY },
] as const

/** How many payments of one status were sent about as long ago. */
export interface UnsettledCount {
  readonly status: UnsettledStatus
  readonly age: (typeof AGES)[number]['age']
  readonly count: number
  /** How long ago the oldest of them was sent. */
  readonly oldestMs: number
}

/** How many orders show a charge that no payment accounts for, by the time since it was first seen. */
export interface UnaccountedCount {
  readonly age: UnsettledCount['age']
  readonly count: number
}

export async function countUnsettled(
  database: Kysely<Tables>,
  storeHash: string,
  nowMs: number,
): Promise<UnsettledCount[]> {
  const rows = await unsettledQuery(database, storeHash, nowMs).execute()
  return rows.map(({ status, age, count, oldest_at_ms }) => ({
    status,
    age,
    count: Number(count),
    oldestMs: nowMs - Number(oldest_at_ms),
  }))
}

/** Reads an index that holds these payments and no others, however many were paid. */
export const unsettledQuery = (database: Kysely<Tables>, storeHash: string, nowMs: number) =>
  database
    .selectFrom('payment_attempts')
    .select(({ fn }) => [
      sql<UnsettledStatus>`status`.as('status'),
      ageAt('sent_at_ms', nowMs).as('age'),
      fn.countAll().as('count'),
      fn.min('sent_at_ms').as('oldest_at_ms'),
    ])
    .where('store_hash', '=', storeHash)
    .where(statusIn(UNSETTLED_STATUSES))
    .groupBy(['status', 'age'])

/** A table of few rows: only a charge that is one too many makes one. */
export async function countUnaccounted(
  database: Kysely<Tables>,
  storeHash: string,
  nowMs: number,
): Promise<UnaccountedCount[]> {
  const rows = await database
    .selectFrom('unaccounted_charges')
    .select(({ fn }) => [ageAt('seen_at_ms', nowMs).as('age'), fn.countAll().as('count')])
    .where('store_hash', '=', storeHash)
    .groupBy('age')
    .execute()
  return rows.map(({ age, count }) => ({ age, count: Number(count) }))
}

function ageAt(column: 'sent_at_ms' | 'seen_at_ms', nowMs: number) {
  const cases = AGES.filter(({ ageMsMax }) => Number.isFinite(ageMsMax)).map(
    ({ age, ageMsMax }) => sql`WHEN ${sql.ref(column)} >= ${sql.lit(nowMs - ageMsMax)} THEN ${sql.lit(age)}`,
  )
  return sql<UnsettledCount['age']>`CASE ${sql.join(cases, sql` `)} ELSE 'older' END`
}
