import type { Kysely, Transaction } from 'kysely'
import { Problem } from '../../domain/problem.ts'
import { isOutdated } from './answering-pool.ts'
import { dialectOf } from './dialect.ts'
import { commitsOf } from './sqlite.ts'
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
  error instanceof LostRace ||
  (error instanceof Error && 'code' in error && (undoneCodes.has(error.code) || isOutdated(error.code)))

/**
 * Writes one statement that must outlive a crash, and resolves once it is on the disk. On Postgres that needs a transaction
 * (decision 0031). On SQLite the wait does not block the event loop, and one wait serves all writes committed before it began (decision 0039).
 */
export async function durably<T>(
  database: Kysely<Tables>,
  write: (queries: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  if (dialectOf(database).name === 'Postgres') return database.transaction().execute(write)
  const journal = commitsOf(database)?.journal
  // If we cannot wait for the disk without blocking the loop, SQLite waits in the commit.
  if (!journal?.isOpen()) return write(database)
  let flushed = Promise.resolve()
  const written = await withoutFlush(database, async (connection) => {
    const result = await write(connection)
    // Begun before another statement can see what was written, so that anything told of it waits for the same flush.
    flushed = journal.flush()
    flushed.catch(() => {})
    return result
  })
  await flushed
  return written
}

/** The same for a transaction of several statements. */
export const transactDurably = <T>(
  database: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> =>
  dialectOf(database).name === 'Postgres'
    ? database.transaction().execute(work)
    : durably(database, (connection) => connection.transaction().execute(work))

/** Resolves once what `durably` wrote is on the disk, so that it may be told. On Postgres no one can see it earlier anyway. */
export const whenDurable = async (database: Kysely<Tables>): Promise<void> =>
  commitsOf(database)?.journal?.settled()

/**
 * Writes on SQLite without waiting for the disk. A killed process loses nothing; a machine that loses power may lose the
 * write. The journal is one sequence, so the next write that waits for the disk flushes all earlier ones too (decision 0024).
 * On Postgres it changes nothing.
 *
 * @param write one statement or one transaction, on the connection it is given; all others wait for it.
 */
export async function withoutFlush<T>(
  database: Kysely<Tables>,
  write: (connection: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  const commits = commitsOf(database)
  if (!commits) return write(database)
  return database.connection().execute(async (connection) => {
    commits.waitsInCommit = false
    try {
      return await write(connection)
    } finally {
      commits.waitsInCommit = true
    }
  })
}
