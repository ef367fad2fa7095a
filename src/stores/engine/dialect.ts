import { type Kysely, PostgresAdapter, type RawBuilder, sql } from 'kysely'

/** The few words that SQLite and Postgres do not share. */
export interface Dialect {
  readonly name: 'SQLite' | 'Postgres'
  /** The database's own clock: whole milliseconds since the Unix epoch, rounded down. */
  readonly nowMs: RawBuilder<number>
  readonly greatest: RawBuilder<unknown>
  readonly least: RawBuilder<unknown>
  /** Ends a SELECT whose rows are changed next. Rows that somebody else is changing are left to them. */
  readonly lockFreeRows: RawBuilder<unknown>
  /** The same, waiting for them. */
  readonly lockRows: RawBuilder<unknown>
}

const sqlite: Dialect = {
  name: 'SQLite',
  nowMs: sql`CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)`,
  greatest: sql`MAX`,
  least: sql`MIN`,
  // It has one writer at a time.
  lockFreeRows: sql``,
  lockRows: sql``,
}

const postgres: Dialect = {
  name: 'Postgres',
  // Not now(), which stands still within a transaction.
  nowMs: sql`FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT`,
  greatest: sql`GREATEST`,
  least: sql`LEAST`,
  lockFreeRows: sql`FOR UPDATE OF payment_tokens SKIP LOCKED`,
  lockRows: sql`FOR UPDATE OF payment_tokens`,
}

export const dialectOf = <T>(database: Kysely<T>): Dialect =>
  database.getExecutor().adapter instanceof PostgresAdapter ? postgres : sqlite
