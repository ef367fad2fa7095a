import type { Kysely } from 'kysely'
import type { WatchConnections } from '../../domain/connection-counts.ts'
import { isPostgresUrl, sqlitePath } from '../../domain/ledger-url.ts'
import { type ApplyOptions, applyMigrations } from './migrations.ts'
import { openSqlite } from './open-sqlite.ts'
import { openPostgres } from './postgres.ts'
import type { Tables } from './tables.ts'

/** Opens the ledger that DATABASE_URL names. */
export const openDatabase = (
  url: string,
  onConnectionLost: (error: Error) => void,
  watchConnections: WatchConnections = () => {},
): Kysely<Tables> =>
  isPostgresUrl(url) ? openPostgres({ url, onConnectionLost, watchConnections }) : openSqlite(sqlitePath(url))

/**
 * Brings the ledger to this version's schema. On Postgres it uses a connection of its own: building an index on a big table
 * takes longer than a payment's statement may.
 */
export async function migrateDatabase(
  url: string,
  database: Kysely<Tables>,
  options: ApplyOptions = {},
): Promise<void> {
  if (!isPostgresUrl(url)) return applyMigrations(database, options)
  // If the connection breaks, the migration fails and says so.
  const patient = openPostgres({ url, onConnectionLost: () => {}, isPatient: true })
  try {
    await applyMigrations(patient, options)
  } finally {
    await patient.destroy()
  }
}
