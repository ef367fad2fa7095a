import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Kysely, sql, type Transaction } from 'kysely'
import { packageFolder } from '../../own-package.ts'
import { waitForTurn } from './dialect.ts'
import { isLockedOut, withShortLockWaits } from './lock-waits.ts'
import type { Tables } from './tables.ts'

const folder = join(packageFolder, 'migrations')

/** Any number that no other program locks in the same database: "till" in hex. */
const lockNumber = 0x74696c6c

/** A pause between two tries, in which the payments go on that queued behind the lock. */
const pauseMs = 1_000
/** Longer than any statement takes, except another instance's migration; the next start can wait for the end of that. */
const waitMsMax = 10 * 60_000

export interface ApplyOptions {
  /** Called each time a lock could not be got; the migration is then tried again. */
  readonly onLockedOut?: () => void
}

/**
 * Brings the database to the schema of this version. Each numbered file runs in a transaction that first takes its number,
 * so that two instances that start together cannot both apply it. Migrations of newer versions stay as they are.
 *
 * No statement waits for a lock longer than two seconds: payments would queue up behind it. It is tried again instead.
 *
 * @throws Error when a newer version has applied a migration on which this version may not run.
 */
export async function applyMigrations(database: Kysely<Tables>, options: ApplyOptions = {}): Promise<void> {
  const alone = <T>(work: (transaction: Transaction<Tables>) => Promise<T>) =>
    oneByOne(database, work, options)
  await alone(makeRecord)
  const applied = await appliedMigrations(database)
  const files = migrationFiles()
  const refusal = refusalAmong(applied, files)
  if (refusal) {
    throw new Error(
      `A newer version has applied ${refusal.name} to this ledger, and this version may not run on it: start a version that knows ${numbered(refusal.oldest)}, or restore a backup made before the upgrade.`,
    )
  }
  const known = new Set(applied.map(({ number }) => number))
  for (const file of files)
    if (!known.has(file.number)) await alone((transaction) => apply(transaction, file))
}

/** Whether every migration of this version has been applied, and none on which it may not run. */
export async function isMigrated(database: Kysely<Tables>): Promise<boolean> {
  const { missing, refusedBy } = stateOf(await appliedMigrations(database))
  return missing.length === 0 && refusedBy === null
}

/** How the ledger's schema compares with this version's. */
export interface MigrationState {
  /** File names of this version's migrations that were not applied, in order. */
  readonly missing: readonly string[]
  /** File names of a newer version's migrations. */
  readonly newer: readonly string[]
  /** The first of them on which this version may not run. */
  readonly refusedBy: string | null
}

/** Compares the ledger's schema with this version's, and changes nothing. A ledger without any table lacks every migration. */
export async function migrationState(database: Kysely<Tables>): Promise<MigrationState> {
  const tables = await database.introspection.getTables()
  const isNew = !tables.some(({ name }) => name === 'schema_migrations')
  return stateOf(isNew ? [] : await appliedMigrations(database))
}

function stateOf(applied: readonly Migration[]): MigrationState {
  const files = migrationFiles()
  const known = new Set(applied.map(({ number }) => number))
  return {
    missing: files.filter(({ number }) => !known.has(number)).map(({ name }) => name),
    newer: newerThan(files, applied).map(({ name }) => name),
    refusedBy: refusalAmong(applied, files)?.name ?? null,
  }
}

interface Migration {
  readonly number: number
  readonly name: string
  /** Versions may run on it if their newest migration is this one or later; null if it does not say. */
  readonly oldest: number | null
}

const newerThan = (files: readonly Migration[], applied: readonly Migration[]) =>
  applied.filter(({ number }) => number > files.length).sort((a, b) => a.number - b.number)

const refusalAmong = (applied: readonly Migration[], files: readonly Migration[]) =>
  newerThan(files, applied).find(({ oldest }) => oldest === null || oldest > files.length)

const numbered = (number: number | null) => (number === null ? 'it' : String(number).padStart(4, '0'))

const migrationFiles = (): Migration[] =>
  readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ number: Number(name.slice(0, 4)), name, oldest: oldestIn(textOf(name)) }))

const textOf = (name: string) => readFileSync(join(folder, name), 'utf8')

/** What the leading comment of a file says. */
function oldestIn(text: string): number | null {
  const [comment = ''] = /^(--.*\n)+/.exec(text) ?? []
  const said = /^-- Oldest version that may run on it: the one whose newest migration is (\d{4})\.$/m.exec(
    comment,
  )
  return said ? Number(said[1]) : null
}

/** The record is read whole: before this version first writes to it, it lacks the last column. */
async function appliedMigrations(database: Kysely<Tables>): Promise<Migration[]> {
  const { rows } = await sql<{
    number: number
    name: string
    oldest_number?: number | null
  }>`SELECT * FROM schema_migrations`.execute(database)
  return rows.map(({ number, name, oldest_number: oldest = null }) => ({ number, name, oldest }))
}

async function makeRecord(transaction: Transaction<Tables>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS schema_migrations (
    number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, oldest_number INTEGER)`.execute(transaction)
  const tables = await transaction.introspection.getTables()
  const record = tables.find(({ name }) => name === 'schema_migrations')
  if (record?.columns.some(({ name }) => name === 'oldest_number')) return
  await sql`ALTER TABLE schema_migrations ADD COLUMN oldest_number INTEGER`.execute(transaction)
}

/** One transaction at a time: on Postgres even IF NOT EXISTS fails when two run together. */
async function oneByOne<T>(
  database: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<T>,
  { onLockedOut }: ApplyOptions,
): Promise<T> {
  const givesUpAtMs = performance.now() + waitMsMax
  for (;;) {
    try {
      return await withShortLockWaits(database, async (transaction) => {
        await waitForTurn(transaction, lockNumber)
        return work(transaction)
      })
    } catch (error) {
      if (!isLockedOut(error) || performance.now() > givesUpAtMs) throw error
      onLockedOut?.()
      await setTimeout(pauseMs)
    }
  }
}

async function apply(transaction: Transaction<Tables>, { number, name, oldest }: Migration): Promise<void> {
  const { rows } = await sql`INSERT INTO schema_migrations (number, name, oldest_number)
    VALUES (${number}, ${name}, ${oldest}) ON CONFLICT DO NOTHING RETURNING number`.execute(transaction)
  if (rows.length === 0) return
  for (const statement of statementsOf(textOf(name))) await sql.raw(statement).execute(transaction)
}

/** The statements of a file. Our migrations have no semicolon inside a literal or a trigger. */
const statementsOf = (text: string) =>
  text
    .replace(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
