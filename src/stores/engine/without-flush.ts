import { type Kysely, sql } from 'kysely'
import { dialectOf } from './dialect.ts'
import type { Tables } from './tables.ts'

/**
 * Writes on SQLite without waiting for the disk: a process that is killed loses nothing, a machine that loses its power
 * may lose it. It is never lost alone: the journal is one sequence, so the next write that waits takes along all that
 * was written before it (decision 0024). Postgres is left as it is.
 *
 * @param write one statement or one transaction, on the connection it is given; everybody else waits for it meanwhile.
 */
export async function unflushed<T>(
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
