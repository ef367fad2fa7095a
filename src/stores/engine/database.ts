import type { Kysely } from 'kysely'
import type { WatchConnections } from '../../domain/connection-counts.ts'
import { migrate } from './migrations.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'
import type { Tables } from './tables.ts'

/** Whether DATABASE_URL names a server rather than a file. */
export const isPostgres = (url: string) => /^postgres(ql)?:/.test(url)

/** Opens the ledger where DATABASE_URL says that it is. */
export const openDatabase = (
  url: string,
  onConnectionLost: (error: Error) => void,
  watchConnections: WatchConnections = () => {},
): Kysely<Tables> =>
  isPostgres(url) ? openPostgres({ url, onConnectionLost, watchConnections }) : openSqlite(sqlitePath(url))

/** The path in a `sqlite:` address. */
export const sqlitePath = (url: string) => url.replace(/^sqlite:/, '')

/**
 * Brings the ledger to this version's schema. On Postgres by a connection of its own: making an index on a big
 * table takes longer than any statement of a payment may.
 */
export async function migrateDatabase(url: string, database: Kysely<Tables>): Promise<void> {
  if (!isPostgres(url)) return migrate(database)
  // A connection that breaks fails the migration, which says so.
  const patient = openPostgres({ url, onConnectionLost: () => {}, isPatient: true })
  try {
    await migrate(patient)
  } finally {
    await patient.destroy()
  }
}
