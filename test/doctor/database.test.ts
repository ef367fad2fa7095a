import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { migrateDatabase, openDatabase } from '../../src/stores/engine/database.ts'
import { newPostgresDatabase, runOn } from '../support/postgres.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { diagnose, startPatient } from './support/diagnose.ts'

const databaseFindings = async (changes: Record<string, string>) =>
  (await diagnose(await startPatient(), changes)).filter(({ check }) => /database/.test(check))

async function migrated(url: string) {
  const database = openDatabase(url, () => {})
  await migrateDatabase(url, database)
  return database
}

/** A ledger file, and how its folder looks: names and contents. */
async function sqliteLedger() {
  const { environment } = await startPatient()
  const path = (environment.DATABASE_URL ?? '').replace('sqlite:', '')
  const run = (sql: string) => {
    const outside = new DatabaseSync(path)
    outside.exec(sql)
    outside.close()
  }
  const folder = dirname(path)
  const look = () =>
    readdirSync(folder).map((name) => [name, readFileSync(`${folder}/${name}`).toString('base64')])
  return { path, url: `sqlite:${path}`, run, look }
}

test.each([
  ['closed', false],
  ['in use', true],
])(
  'looking at a ledger file that is %s changes nothing, nor leaves a file beside it',
  async (_what, isOpen) => {
    const ledger = await sqliteLedger()
    const database = await migrated(ledger.url)
    if (isOpen) onTestFinished(() => database.destroy())
    else await database.destroy()
    const before = ledger.look()
    expect(await databaseFindings({ DATABASE_URL: ledger.url })).toMatchObject([{ status: 'ok' }])
    expect(ledger.look().map(([name]) => name)).toEqual(before.map(([name]) => name))
    expect(ledger.look()[0]).toEqual(before[0])
  },
)

test('a ledger file that is not there yet is not made', async () => {
  const { url, look } = await sqliteLedger()
  expect(await databaseFindings({ DATABASE_URL: url })).toMatchObject([{ status: 'ok' }])
  expect(await databaseFindings({ DATABASE_URL: url, MIGRATE_ON_START: 'false' })).toMatchObject([
    { status: 'failure' },
  ])
  expect(look()).toEqual([])
})

test('a schema that is behind is the next start’s work, unless starts do not migrate', async () => {
  const { url, run } = await sqliteLedger()
  await (await migrated(url)).destroy()
  run('DELETE FROM schema_migrations WHERE number > 1')
  expect(await databaseFindings({ DATABASE_URL: url })).toMatchObject([
    { status: 'warning', says: expect.stringContaining('0002-reconciliation.sql') },
  ])
  expect(await databaseFindings({ DATABASE_URL: url, MIGRATE_ON_START: 'false' })).toMatchObject([
    { status: 'failure' },
  ])
})

test('a newer version may have migrated the ledger, where its migrations let this version run', async () => {
  const { url, run } = await sqliteLedger()
  await (await migrated(url)).destroy()
  run("INSERT INTO schema_migrations (number, name, oldest_number) VALUES (9999, '9999-newer.sql', 1)")
  expect(await databaseFindings({ DATABASE_URL: url })).toMatchObject([
    { status: 'ok', says: expect.stringContaining('9999-newer.sql') },
  ])
})

test('a schema of a newer version, a file that is no database, and a ledger in memory fail', async () => {
  const { url, path, run } = await sqliteLedger()
  await (await migrated(url)).destroy()
  run("INSERT INTO schema_migrations (number, name) VALUES (9999, '9999-of-a-newer-version.sql')")
  expect(await databaseFindings({ DATABASE_URL: url })).toMatchObject([
    { status: 'failure', says: expect.stringContaining('newer version') },
  ])
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'This is not a database, although it is long enough to be one.'.repeat(20))
  expect(await databaseFindings({ DATABASE_URL: url })).toMatchObject([{ status: 'failure' }])
  expect(await databaseFindings({ DATABASE_URL: 'sqlite::memory:' })).toMatchObject([{ status: 'failure' }])
})

async function postgres() {
  const { url, drop } = await newPostgresDatabase()
  onTestFinished(drop)
  return url
}

test('Postgres: reachable, of this version’s schema, its clock like ours', async () => {
  const DATABASE_URL = await postgres()
  await (await migrated(DATABASE_URL)).destroy()
  expect(await databaseFindings({ DATABASE_URL })).toMatchObject([
    { check: 'database', status: 'ok' },
    { check: 'clock, against the database', status: 'ok' },
  ])
})

test('Postgres without a table is left without one, and one that is ahead is told', async () => {
  const DATABASE_URL = await postgres()
  expect((await databaseFindings({ DATABASE_URL }))[0]).toMatchObject({ status: 'warning' })
  // Fails if the look had made it.
  await runOn(
    DATABASE_URL,
    'CREATE TABLE schema_migrations (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)',
  )
  await runOn(DATABASE_URL, "INSERT INTO schema_migrations VALUES (9999, 'newer')")
  expect((await databaseFindings({ DATABASE_URL }))[0]).toMatchObject({ status: 'failure' })
})

test('Postgres that this user, or any user, cannot write to', async () => {
  const DATABASE_URL = await postgres()
  await (await migrated(DATABASE_URL)).destroy()
  const reader = `reader_${new URL(DATABASE_URL).pathname.slice(1)}`
  await runOn(
    DATABASE_URL,
    `CREATE ROLE ${reader} LOGIN PASSWORD 'canary'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${reader}`,
  )
  onTestFinished(() =>
    runOn(DATABASE_URL, `BEGIN READ WRITE; DROP OWNED BY ${reader}; DROP ROLE ${reader}; COMMIT`),
  )
  const asReader = new URL(DATABASE_URL)
  asReader.username = reader
  asReader.password = 'canary'
  expect((await databaseFindings({ DATABASE_URL: asReader.href }))[0]).toMatchObject({
    status: 'failure',
    says: expect.stringContaining('may not write'),
  })
  const { pathname } = new URL(DATABASE_URL)
  await runOn(DATABASE_URL, `ALTER DATABASE ${pathname.slice(1)} SET default_transaction_read_only = on`)
  expect((await databaseFindings({ DATABASE_URL }))[0]).toMatchObject({
    status: 'failure',
    says: expect.stringContaining('standby or read-only'),
  })
})

test('a Postgres that cannot be used is told by its cause, without its password', async () => {
  const good = await postgres()
  const silent = await startTcpProxy(good)
  silent.stall()
  for (const [DATABASE_URL, cause] of [
    ['postgres://tillgate:canary@127.0.0.1:1/tillgate', /ECONNREFUSED/],
    ['postgres://tillgate:canary@nowhere.invalid/tillgate', /ENOTFOUND|EAI_AGAIN/],
    [good.replace(/[^/]+$/, 'not_there'), /3D000/],
    [silent.url, /no answer in time/],
  ] as const) {
    const findings = await databaseFindings({ DATABASE_URL })
    expect(findings).toMatchObject([{ status: 'failure', says: expect.stringMatching(cause) }])
    expect(JSON.stringify(findings)).not.toContain('canary')
  }
})
