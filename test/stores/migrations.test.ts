import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Kysely, type KyselyPlugin, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { applyMigrations, isMigrated, migrationState } from '../../src/stores/engine/migrations.ts'
import type { Tables } from '../../src/stores/engine/tables.ts'
import { type OpenedLedger, postgres, sqlite } from './engines.ts'
import { race } from './sqlite-race.ts'

const folder = join(import.meta.dirname, '../../migrations')
const files = readdirSync(folder).sort()

const applied = async (database: Kysely<Tables>) =>
  (
    await sql<{
      number: number
      name: string
    }>`SELECT number, name FROM schema_migrations ORDER BY number`.execute(database)
  ).rows

/** Everything that migrations may have made, as the database itself describes it. */
const descriptions = {
  SQLite: sql<object>`SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name`,
  Postgres: sql<object>`
    SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
      WHERE table_schema = 'public'
    UNION ALL SELECT tablename, indexname, indexdef, NULL, NULL FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), NULL, NULL FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace
    ORDER BY 1, 2, 3`,
}

/** Starts that migrate at the same moment: SQLite's in threads, because each of them holds up its whole thread. */
const starts = {
  SQLite: (opened: OpenedLedger, count: number) => race(opened.url.replace('sqlite:', ''), 'migrate', count),
  Postgres: (opened: OpenedLedger, count: number) =>
    Promise.all(Array.from({ length: count }, () => applyMigrations(opened.connect()))),
}

test('each file names the oldest version that may run on it, by that version’s newest migration', () => {
  let before = 1
  for (const [index, name] of files.entries()) {
    const text = readFileSync(join(folder, name), 'utf8')
    const [comment = ''] = /^(--.*\n)+/.exec(text) ?? []
    const [, oldest] =
      /^-- Oldest version that may run on it: the one whose newest migration is (\d{4})\.$/m.exec(comment) ??
      []
    // What may not run on one migration may not run on those after it.
    expect(Number(oldest), name).toBeGreaterThanOrEqual(before)
    expect(Number(oldest), name).toBeLessThanOrEqual(index + 1)
    before = Number(oldest)
  }
})

test('the files are numbered from 1 without a gap, so their count is the newest number', () => {
  expect(files.map((name) => Number(name.slice(0, 4)))).toEqual(files.map((_, index) => index + 1))
  for (const name of files) expect(name).toMatch(/^\d{4}-[a-z0-9-]+\.sql$/)
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

describe.each([sqlite, postgres])('migrations on $name', ({ name, openEmpty }) => {
  let opened: OpenedLedger
  let database: Kysely<Tables>
  beforeEach(async () => {
    opened = await openEmpty()
    database = opened.database
  })
  afterEach(() => opened.close())

  const schemaOf = async (of: Kysely<Tables>) => (await descriptions[name].execute(of)).rows

  /** As a version would do it of which this one knows nothing. */
  const newerVersionApplies = (number: number, oldest: number | null) =>
    sql`INSERT INTO schema_migrations (number, name, oldest_number)
      VALUES (${number}, ${`of-the-future-${number - files.length}`}, ${oldest})`.execute(database)

  test('a new database gets every migration, each written down with its file', async () => {
    await applyMigrations(database)
    expect(await applied(database)).toEqual(files.map((name, index) => ({ number: index + 1, name })))
    expect(await isMigrated(database)).toBe(true)
  })

  test('a second start changes nothing', async () => {
    await applyMigrations(database)
    const before = await schemaOf(database)
    await applyMigrations(database)
    expect(await schemaOf(database)).toEqual(before)
  })

  test('ten starts at the same moment each find the whole schema, and make it once', async () => {
    await starts[name](opened, 10)
    expect(await applied(database)).toHaveLength(files.length)
    const alone = await openEmpty()
    await applyMigrations(alone.database)
    const expected = await schemaOf(alone.database)
    await alone.close()
    expect(expected.length).toBeGreaterThan(5)
    expect(await schemaOf(database)).toEqual(expected)
  })

  test('a start that read the numbers before another one migrated applies nothing twice', async () => {
    await applyMigrations(database)
    const before = await schemaOf(database)
    await applyMigrations(database.withPlugin(lookedTooEarly()))
    expect(await schemaOf(database)).toEqual(before)
    expect(await applied(database)).toHaveLength(files.length)
  })

  test('a database of a newer version is refused before anything is written, and the error says what to do', async () => {
    await applyMigrations(database)
    await newerVersionApplies(files.length + 1, null)
    const before = await schemaOf(database)
    await expect(applyMigrations(database)).rejects.toThrow(/this version may not run.*start a version that/)
    expect(await schemaOf(database)).toEqual(before)
    expect(await isMigrated(database)).toBe(false)
  })

  test('this version starts on the ledger of a newer one whose migrations let it run, and changes nothing', async () => {
    await applyMigrations(database)
    await newerVersionApplies(files.length + 1, files.length)
    await newerVersionApplies(files.length + 2, 1)
    const before = await schemaOf(database)
    await applyMigrations(database)
    expect(await schemaOf(database)).toEqual(before)
    expect(await isMigrated(database)).toBe(true)
    expect(await migrationState(database)).toEqual({
      missing: [],
      newer: ['of-the-future-1', 'of-the-future-2'],
      refusedBy: null,
    })
  })

  test('one migration among several newer ones that needs a newer version is enough to refuse this one', async () => {
    await applyMigrations(database)
    expect(await isMigrated(database)).toBe(true)
    await newerVersionApplies(files.length + 1, 1)
    await newerVersionApplies(files.length + 2, files.length + 1)
    await newerVersionApplies(files.length + 3, 1)
    await expect(applyMigrations(database)).rejects.toThrow('of-the-future-2')
    expect(await isMigrated(database)).toBe(false)
    expect((await migrationState(database)).refusedBy).toBe('of-the-future-2')
  })

  test('a ledger of the version before the record said who may run is taken over', async () => {
    await applyMigrations(database)
    await sql`ALTER TABLE schema_migrations DROP COLUMN oldest_number`.execute(database)
    expect(await isMigrated(database)).toBe(true)
    await applyMigrations(database)
    await newerVersionApplies(files.length + 1, files.length)
    await applyMigrations(database)
  })

  test('a lock that another program keeps is waited for two seconds at a time, with a pause between', async () => {
    await applyMigrations(database)
    await sql`DROP TABLE velocity_holds`.execute(database)
    await sql`DELETE FROM schema_migrations WHERE number = 6`.execute(database)
    const other = await opened.connect().startTransaction().execute()
    // On Postgres a plain write, with which making an index cannot run; on SQLite the one lock there is.
    await sql`INSERT INTO schema_migrations (number, name) VALUES (6, 'in progress')`.execute(other)
    const startedAtMs = performance.now()
    const waits: number[] = []
    await applyMigrations(database, {
      onLockedOut() {
        waits.push(performance.now() - startedAtMs)
        if (waits.length === 2) void other.rollback().execute()
      },
    })
    expect(waits).toHaveLength(2)
    const [first = 0, second = 0] = waits
    expect(first).toBeGreaterThan(1_500)
    expect(first).toBeLessThan(3_000)
    // Two seconds, and a pause of one.
    expect(second - first).toBeGreaterThan(2_500)
    expect(await isMigrated(database)).toBe(true)
    expect(await applied(database)).toHaveLength(files.length)
  })

  test('the places of card testing that an older version took are told apart by what became of their payments', async () => {
    await applyMigrations(database)
    for (const index of ['velocity_holds_declined', 'velocity_holds_running'])
      await sql`DROP INDEX ${sql.ref(index)}`.execute(database)
    for (const column of ['state', 'begun_at_ms'])
      await sql`ALTER TABLE velocity_holds DROP COLUMN ${sql.ref(column)}`.execute(database)
    await sql`DELETE FROM schema_migrations WHERE number = 12`.execute(database)
    const places = { declined: 'declined', unknown: 'unknown', pending: 'unknown', sending: 'running' }
    for (const status of Object.keys(places)) {
      await sql`INSERT INTO payment_attempts (id, store_hash, order_id, principal, instrument_type,
          payment_method_id, status, correlation_id, request_id, created_at_ms, updated_at_ms, sent_at_ms)
        VALUES (${status}, 's', 1, 'p', 'card', 'm', ${status}, 'c', 'r', 1, 1, 1)`.execute(database)
      await sql`INSERT INTO velocity_holds (subject_key, attempt_id, held_until_ms)
        VALUES ('subject', ${status}, 1)`.execute(database)
    }
    await applyMigrations(database)
    const rows = await database.selectFrom('velocity_holds').select(['attempt_id', 'state']).execute()
    expect(Object.fromEntries(rows.map((row) => [row.attempt_id, row.state]))).toEqual(places)
  })

  test('a migration that fails half-way leaves nothing behind, so it can be tried again', async () => {
    await sql`CREATE TABLE idempotency_keys (in_the_way INTEGER)`.execute(database)
    await expect(applyMigrations(database)).rejects.toThrow()
    expect(await applied(database)).toEqual([])
    await sql`DROP TABLE idempotency_keys`.execute(database)
    await applyMigrations(database)
    expect(await isMigrated(database)).toBe(true)
  })

  test('a database that lacks a migration is not ready; without any table the question fails', async () => {
    await expect(isMigrated(database)).rejects.toThrow()
    await applyMigrations(database)
    await sql`DELETE FROM schema_migrations WHERE number = ${files.length}`.execute(database)
    expect(await isMigrated(database)).toBe(false)
  })
})
