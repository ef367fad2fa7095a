import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Kysely, type KyselyPlugin, sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { isMigrated, migrate } from '../../src/stores/migrate.ts'
import { openSqlite } from '../../src/stores/sqlite.ts'
import type { Tables } from '../../src/stores/tables.ts'
import { sqliteFile } from './sqlite-file.ts'
import { race } from './sqlite-race.ts'

const files = readdirSync(join(import.meta.dirname, '../../migrations')).sort()

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function newDatabase(): { database: Kysely<Tables>; path: string } {
  const file = sqliteFile()
  const database = openSqlite(file.path)
  closing.push(file.remove, () => database.destroy())
  return { database, path: file.path }
}

const applied = async (database: Kysely<Tables>) =>
  (
    await sql<{
      number: number
      name: string
    }>`SELECT number, name FROM schema_migrations ORDER BY number`.execute(database)
  ).rows

const schemaOf = async (database: Kysely<Tables>) =>
  (
    await sql<{ sql: string }>`SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name`.execute(
      database,
    )
  ).rows

test('the files are numbered from 1 without a gap, so that their count is the newest number', () => {
  expect(files.map((name) => Number(name.slice(0, 4)))).toEqual(files.map((_, index) => index + 1))
  for (const name of files) expect(name).toMatch(/^\d{4}-[a-z0-9-]+\.sql$/)
})

test('a new database gets every migration, each on record with its file', async () => {
  const { database } = newDatabase()
  await migrate(database)
  expect(await applied(database)).toEqual(files.map((name, index) => ({ number: index + 1, name })))
  expect(await isMigrated(database)).toBe(true)
})

test('a second start changes nothing', async () => {
  const { database } = newDatabase()
  await migrate(database)
  const before = await schemaOf(database)
  await migrate(database)
  expect(await schemaOf(database)).toEqual(before)
})

test('of several starts at the same moment each finds the schema whole, and it is made once', async () => {
  const { database, path } = newDatabase()
  expect(await race(path, 'migrate', 6)).toEqual(Array(6).fill(['migrated']))
  expect(await applied(database)).toHaveLength(files.length)
  const alone = newDatabase().database
  await migrate(alone)
  expect(await schemaOf(database)).toEqual(await schemaOf(alone))
})

/** Sees no migration as applied, like a starter that looked a moment before another one applied them. */
function lookedTooEarly(): KyselyPlugin {
  const looks = new WeakSet<object>()
  return {
    transformQuery({ node, queryId }) {
      if (node.kind === 'RawNode' && node.sqlFragments[0]?.startsWith('SELECT')) looks.add(queryId)
      return node
    },
    async transformResult({ result, queryId }) {
      return looks.has(queryId) ? { ...result, rows: [] } : result
    },
  }
}

test('a start that looked before another one had migrated applies nothing a second time', async () => {
  const { database } = newDatabase()
  await migrate(database)
  const before = await schemaOf(database)
  await migrate(database.withPlugin(lookedTooEarly()))
  expect(await schemaOf(database)).toEqual(before)
  expect(await applied(database)).toHaveLength(files.length)
})

test('a database of a newer version is refused before anything is written, with what to do', async () => {
  const { database } = newDatabase()
  await migrate(database)
  await sql`INSERT INTO schema_migrations (number, name) VALUES (${files.length + 1}, 'from-the-future')`.execute(
    database,
  )
  const before = await schemaOf(database)
  await expect(migrate(database)).rejects.toThrow(/schema \d+.*start the newer version/)
  expect(await schemaOf(database)).toEqual(before)
})

test('a migration that fails half-way leaves nothing of itself, so that it can be tried again', async () => {
  const { database } = newDatabase()
  await sql`CREATE TABLE idempotency_keys (in_the_way INTEGER)`.execute(database)
  await expect(migrate(database)).rejects.toThrow()
  expect(await applied(database)).toEqual([])
  await sql`DROP TABLE idempotency_keys`.execute(database)
  await migrate(database)
  expect(await isMigrated(database)).toBe(true)
})

test('a database that lacks a migration is not ready, and one without any says so by failing', async () => {
  const { database } = newDatabase()
  await expect(isMigrated(database)).rejects.toThrow()
  await migrate(database)
  await sql`DELETE FROM schema_migrations WHERE number = ${files.length}`.execute(database)
  expect(await isMigrated(database)).toBe(false)
})
