import type { Kysely } from 'kysely'
import { afterAll } from 'vitest'
import { openDatabase } from '../../src/stores/engine/database.ts'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import type { Tables } from '../../src/stores/engine/tables.ts'
import { newPostgresDatabase, type PostgresDatabase, runOn } from '../support/postgres.ts'
import { sqliteFile } from './sqlite-file.ts'

/** A database of its own, and the way to remove it. */
export interface OpenedLedger {
  readonly database: Kysely<Tables>
  /** As in DATABASE_URL. */
  readonly url: string
  /** Opens the same database once more, as another instance does; closed with the rest. */
  connect(): Kysely<Tables>
  close(): Promise<void>
}

/** A kind of database that the ledger may be kept in. */
export interface Engine {
  readonly name: 'SQLite' | 'Postgres'
  /** Of a database without any table. */
  openEmpty(): Promise<OpenedLedger>
  /** Of a migrated database without any row. A test that changes its schema changes it back. */
  open(): Promise<OpenedLedger>
}

export const sqlite: Engine = {
  name: 'SQLite',
  async openEmpty() {
    const file = sqliteFile()
    return opened(`sqlite:${file.path}`, async () => file.remove())
  },
  async open() {
    const empty = await sqlite.openEmpty()
    await applyMigrations(empty.database)
    return empty
  },
}

/** Migrated databases that no test uses now: emptying one is many times faster than making another. */
const free: PostgresDatabase[] = []
afterAll(() => Promise.all(free.splice(0).map(({ drop }) => drop())))

export const postgres: Engine = {
  name: 'Postgres',
  async openEmpty() {
    const { url, drop } = await newPostgresDatabase()
    return opened(url, drop)
  },
  async open() {
    const database = free.pop() ?? (await newMigrated())
    return opened(database.url, async () => {
      await runOn(
        database.url,
        `DELETE FROM payment_events; DELETE FROM checkouts; DELETE FROM order_makings;
         DELETE FROM payment_history; DELETE FROM unaccounted_charges;
         DELETE FROM idempotency_keys; DELETE FROM payment_attempts; DELETE FROM payment_tokens;
         DELETE FROM velocity_holds; DELETE FROM machine_starts; DELETE FROM heartbeats`,
      )
      free.push(database)
    })
  },
}

async function newMigrated(): Promise<PostgresDatabase> {
  const made = await newPostgresDatabase()
  const database = openDatabase(made.url, () => {})
  await applyMigrations(database)
  await database.destroy()
  return made
}

function opened(url: string, remove: () => Promise<void>): OpenedLedger {
  const connections: Kysely<Tables>[] = []
  const connect = () => {
    const connection = openDatabase(url, () => {})
    connections.push(connection)
    return connection
  }
  return {
    url,
    database: connect(),
    connect,
    async close() {
      await Promise.all(connections.map((connection) => connection.destroy()))
      await remove()
    },
  }
}
