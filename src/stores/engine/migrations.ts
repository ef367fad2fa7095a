import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Kysely, sql, type Transaction } from 'kysely'
import { waitForTurn } from './dialect.ts'
import type { Tables } from './tables.ts'

const folder = join(import.meta.dirname, '../../../migrations')

/** Any number that no other program locks in the same database: "till" in hex. */
const lockNumber = 0x74696c6c

/**
 * Brings the database to the schema of this version. Each numbered file runs in a transaction that first takes its number,
 * so that two instances that start together cannot both apply it.
 *
 * @throws Error when the database is of a newer version than this program.
 */
export async function applyMigrations(database: Kysely<Tables>): Promise<void> {
  await alone(database, (transaction) =>
    sql`CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)`.execute(
      transaction,
    ),
  )
  const files = migrationFiles()
  const applied = await appliedNumbers(database)
  const newest = Math.max(0, ...applied)
  if (newest > files.length) {
    throw new Error(
      `The database is at schema ${newest}, this version knows ${files.length}: start the newer version, or restore a backup made before the upgrade.`,
    )
  }
  for (const file of files) if (!applied.has(file.number)) await apply(database, file)
}

/** Whether every migration of this version has been applied. */
export async function isMigrated(database: Kysely<Tables>): Promise<boolean> {
  const applied = await appliedNumbers(database)
  return migrationFiles().every(({ number }) => applied.has(number))
}

/** How the ledger's schema compares with this version's. */
export interface MigrationState {
  /** File names, in order. */
  readonly missing: readonly string[]
  /** Whether a newer version has migrated it. */
  readonly isAhead: boolean
}

/** Compares the ledger's schema with this version's, and changes nothing. A ledger without any table lacks every migration. */
export async function migrationState(database: Kysely<Tables>): Promise<MigrationState> {
  const tables = await database.introspection.getTables()
  const isNew = !tables.some(({ name }) => name === 'schema_migrations')
  const applied = isNew ? new Set<number>() : await appliedNumbers(database)
  const files = migrationFiles()
  return {
    missing: files.filter(({ number }) => !applied.has(number)).map(({ name }) => name),
    isAhead: Math.max(0, ...applied) > files.length,
  }
}

interface MigrationFile {
  readonly number: number
  readonly name: string
}

const migrationFiles = (): MigrationFile[] =>
  readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ number: Number(name.slice(0, 4)), name }))

async function appliedNumbers(database: Kysely<Tables>): Promise<Set<number>> {
  const { rows } = await sql<{ number: number }>`SELECT number FROM schema_migrations`.execute(database)
  return new Set(rows.map(({ number }) => number))
}

/** One transaction at a time: on Postgres even IF NOT EXISTS fails when two run together. */
const alone = <T>(database: Kysely<Tables>, work: (transaction: Transaction<Tables>) => Promise<T>) =>
  database.transaction().execute(async (transaction) => {
    await waitForTurn(transaction, lockNumber)
    return work(transaction)
  })

async function apply(database: Kysely<Tables>, { number, name }: MigrationFile): Promise<void> {
  await alone(database, async (transaction) => {
    const taken = await sql<{
      number: number
    }>`INSERT INTO schema_migrations (number, name) VALUES (${number}, ${name})
      ON CONFLICT DO NOTHING RETURNING number`.execute(transaction)
    if (taken.rows.length === 0) return
    for (const statement of statementsOf(readFileSync(join(folder, name), 'utf8'))) {
      await sql.raw(statement).execute(transaction)
    }
  })
}

/** The statements of a file. Our migrations have no semicolon inside a literal or a trigger. */
const statementsOf = (text: string) =>
  text
    .replace(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
