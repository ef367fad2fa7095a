import { type Kysely, sql } from 'kysely'
import { dialectOf } from './dialect.ts'
import type { Tables } from './tables.ts'

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
