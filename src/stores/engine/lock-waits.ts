import { type Kysely, sql, type Transaction } from 'kysely'
import { dialectOf } from './dialect.ts'
import { busyTimeoutMs } from './sqlite.ts'
import type { Tables } from './tables.ts'

/** On Postgres all statements of payments queue up behind a lock that a migration waits for; a shopper waits that long. */
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
  await sql.raw(`PRAGMA busy_timeout = ${lockTimeoutMs}`).execute(database)
  try {
    return await database.transaction().execute(work)
  } finally {
    await sql.raw(`PRAGMA busy_timeout = ${busyTimeoutMs}`).execute(database)
  }
}

/** SQLite's primary result code, to which it adds reasons in higher bytes. */
const sqliteBusy = 5

/** Whether a statement has failed because another program had the lock for too long. */
export function isLockedOut(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  // Postgres: lock_not_available.
  if ('code' in error && error.code === '55P03') return true
  return 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === sqliteBusy
}
