import { type Kysely, sql } from 'kysely'
import { dialectOf } from '../engine/dialect.ts'
import { type MigrationState, migrationState } from '../engine/migrations.ts'
import type { Tables } from '../engine/tables.ts'

/** How a ledger stands. */
export interface LedgerState {
  readonly migrations: MigrationState
  /** The server's clock in milliseconds; null for a file. */
  readonly serverNowMs: number | null
  /** Whether the server is a standby, which takes no writes. */
  readonly isStandby: boolean
  /** Whether this user may write payments; null while there is no table to write to. */
  readonly mayWrite: boolean | null
}

/** Finds out how a ledger stands, and changes nothing. */
export async function inspectLedger(database: Kysely<Tables>): Promise<LedgerState> {
  const migrations = await migrationState(database)
  if (dialectOf(database).name !== 'Postgres') {
    return { migrations, serverNowMs: null, isStandby: false, mayWrite: null }
  }
  const { rows } = await sql<{ now: number; standby: boolean; write: boolean | null }>`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
           pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS standby,
           has_table_privilege(to_regclass('payment_attempts'), 'INSERT')
             AND has_table_privilege(to_regclass('payment_attempts'), 'UPDATE')
             AND has_table_privilege(to_regclass('heartbeats'), 'INSERT')
             AND has_table_privilege(to_regclass('heartbeats'), 'UPDATE') AS write`.execute(database)
  const [row] = rows
  return {
    migrations,
    serverNowMs: row?.now ?? null,
    isStandby: row?.standby ?? false,
    mayWrite: row?.write ?? null,
  }
}
