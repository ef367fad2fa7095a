import { type Kysely, sql } from 'kysely'
import { Problem } from '../../domain/problem.ts'
import { dialectOf } from './dialect.ts'
import type { Tables } from './tables.ts'

/** A transaction throws this when another was faster. Rolled back and run again, it sees what the other wrote. */
export class LostRace extends Error {}

/** The second try nearly always sees what the other transaction wrote. Each try takes milliseconds. */
const triesMax = 20

/**
 * Postgres undid the transaction because of another: serialization_failure, deadlock_detected, and unique_violation where both
 * wanted to hold one order.
 */
const undoneCodes = new Set<unknown>(['40001', '40P01', '23505'])

/**
 * Runs one statement or one transaction, again if the database undid it because of another at the same time.
 *
 * @throws Problem `store_unavailable` for everything else that goes wrong: without the ledger nothing may be paid.
 */
export async function transact<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (cause) {
      if (tries === triesMax || !wasUndone(cause)) throw new Problem('store_unavailable', { cause })
    }
  }
}

const wasUndone = (error: unknown): boolean =>
  error instanceof LostRace || (error instanceof Error && 'code' in error && undoneCodes.has(error.code))

/**
 * Writes one statement that must outlive a crash. On Postgres it waits for the disk only in a transaction (decision 0031); on
 * SQLite it does so by itself.
 */
export const durably = <T>(
  database: Kysely<Tables>,
  write: (queries: Kysely<Tables>) => Promise<T>,
): Promise<T> =>
  dialectOf(database).name === 'Postgres' ? database.transaction().execute(write) : write(database)

/**
 * Writes on SQLite without waiting for the disk. A killed process loses nothing; a machine that loses power may lose the
 * write. The journal is one sequence, so the next write that waits takes all earlier ones along (decision 0024). On
 * Postgres it changes nothing.
 *
 * @param write one statement or one transaction, on the connection it is given; all others wait for it.
 */
export async function withoutFlush<T>(
  database: Kysely<Tables>,
  write: (connection: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  if (dialectOf(database).name === 'Postgres') return write(database)
  return database.connection().execute(async (connection) => {
    await sql`PRAGMA synchronous = NORMAL`.execute(connection)
    try {
      return await write(connection)
    } finally {
      await sql`PRAGMA synchronous = FULL`.execute(connection)
    }
  })
}
