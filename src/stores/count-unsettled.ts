import { type Kysely, sql } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import type { Tables } from './engine/tables.ts'
import { guarded } from './engine/transact.ts'
import { AGES, type CountUnsettled, type UnsettledCount } from './unsettled-count.ts'

export interface CountUnsettledOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  readonly now: Clock
}

/** Throws Problem `store_unavailable` when the database fails it. */
export function createCountUnsettled({ database, storeHash, now }: CountUnsettledOptions): CountUnsettled {
  return () =>
    guarded(async () => {
      const nowMs = now()
      const rows = await unsettledQuery(database, storeHash, nowMs).execute()
      return rows.map(({ status, age, count, oldest_at_ms }) => ({
        status,
        age,
        count: Number(count),
        oldestMs: nowMs - Number(oldest_at_ms),
      }))
    })
}

/** Reads an index that holds these payments and no others, however many were paid. */
export const unsettledQuery = (database: Kysely<Tables>, storeHash: string, nowMs: number) =>
  database
    .selectFrom('payment_attempts')
    .select(({ fn }) => [
      sql<UnsettledCount['status']>`status`.as('status'),
      ageAt(nowMs).as('age'),
      fn.countAll().as('count'),
      fn.min('sent_at_ms').as('oldest_at_ms'),
    ])
    .where('store_hash', '=', storeHash)
    // Written out as in the migration, so that both databases see that the index is about exactly this.
    .where(sql<boolean>`status IN ('unknown', 'pending', 'needs_review')`)
    .groupBy(['status', 'age'])

function ageAt(nowMs: number) {
  const cases = AGES.filter(({ ageMsMax }) => Number.isFinite(ageMsMax)).map(
    ({ age, ageMsMax }) => sql`WHEN sent_at_ms >= ${sql.lit(nowMs - ageMsMax)} THEN ${sql.lit(age)}`,
  )
  return sql<UnsettledCount['age']>`CASE ${sql.join(cases, sql` `)} ELSE 'older' END`
}
