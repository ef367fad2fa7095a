import { type Kysely, sql, type Transaction } from 'kysely'
import { dialectOf } from './dialect.ts'
import { busyTimeoutMs, commitsOf, isBusy } from './sqlite.ts'
import type { Tables } from './tables.ts'

/** How long a migration waits for a lock on Postgres. All statements of payments queue up behind it, and shoppers wait as long. */
const lockTimeoutMs = 2_000

/** Runs a transaction whose statements wait for a lock two seconds at most, then fail: see {@link isLockedOut}. */
export async function withShortLockWaits<T>(
  database: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  if (dialectOf(database).name === 'Postgres') {
    return database.transaction().execute(async (transaction) => {
      await sql`SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, true)`.execute(transaction)
      return work(transaction)
    })
  }
  const commits = commitsOf(database)
  if (commits) commits.busyTimeoutMs = lockTimeoutMs
  try {
    return await database.transaction().execute(work)
  } finally {
    if (commits) commits.busyTimeoutMs = busyTimeoutMs
  }
}

/** Whether a statement has failed because another program had the lock for too long. */
export function isLockedOut(error: unknown): boolean {
  // Postgres: lock_not_available.
  return isBusy(error) || (error instanceof Error && 'code' in error && error.code === '55P03')
}
