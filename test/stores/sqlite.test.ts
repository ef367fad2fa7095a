import { existsSync, statSync } from 'node:fs'
import { CompiledQuery, sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { unsettledQuery } from '../../src/stores/count-unsettled.ts'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import { openSqlite } from '../../src/stores/engine/open-sqlite.ts'
import { createPaymentAttempts } from '../../src/stores/payment-attempts.ts'
import { backUpSqlite } from '../../src/stores/tools/back-up-sqlite.ts'
import { describeClocksAndLimits } from '../allowance/clock-contract.ts'
import { describePermitStore } from '../allowance/permit-store-contract.ts'
import { describeDesk } from '../desk/resolve-contract.ts'
import { describeCheckouts } from './checkouts-contract.ts'
import { sqlite } from './engines.ts'
import { describeEvents } from './events-contract.ts'
import { describeLedger } from './ledger-contract.ts'
import { sqliteFile } from './sqlite-file.ts'
import { race } from './sqlite-race.ts'
import { describeUnsettled } from './unsettled-contract.ts'
import { describeVelocity } from './velocity-contract.ts'
import { newAttempt, scopeOf } from './wanted-attempts.ts'

describeLedger(sqlite)
describeEvents(sqlite)
describeCheckouts(sqlite)
describeUnsettled(sqlite)
describePermitStore(sqlite)
describeClocksAndLimits(sqlite)
describeVelocity(sqlite)
describeDesk(sqlite)

const removing: (() => void)[] = []
afterEach(() => {
  for (const remove of removing.splice(0)) remove()
})

function newFile(): string {
  const file = sqliteFile()
  removing.push(file.remove)
  return file.path
}

test('the file is made, with its folder, when there is none', async () => {
  const path = newFile()
  const database = openSqlite(path)
  await database.destroy()
  expect(existsSync(path)).toBe(true)
})

test('no other user of the machine may read the file, its journal or its copy', async () => {
  const path = newFile()
  const database = openSqlite(path)
  await applyMigrations(database)
  backUpSqlite(path, `${path}.copy`)
  for (const file of [path, `${path}-wal`, `${path}.copy`])
    expect((statSync(file).mode & 0o777).toString(8), file.slice(path.length)).toBe('600')
  expect(() => backUpSqlite(path, `${path}.copy`)).toThrow('There is a file at')
  await database.destroy()
})

test('what is written is on the disk before the next line runs: WAL, and FULL', async () => {
  const database = openSqlite(newFile())
  const { rows: mode } = await sql<{ journal_mode: string }>`PRAGMA journal_mode`.execute(database)
  const { rows: synchronous } = await sql<{ synchronous: number }>`PRAGMA synchronous`.execute(database)
  const { rows: keys } = await sql<{ foreign_keys: number }>`PRAGMA foreign_keys`.execute(database)
  await database.destroy()
  expect([mode[0]?.journal_mode, synchronous[0]?.synchronous, keys[0]?.foreign_keys]).toEqual(['wal', 2, 1])
})

test('a restart forgets nothing: key, attempt and fence are there', async () => {
  const path = newFile()
  const first = openSqlite(path)
  await applyMigrations(first)
  const open = (database: typeof first) =>
    createPaymentAttempts({ database, storeHash: 'store-1', now: () => 1 })
  await open(first).claim(scopeOf('k1'), 'body-1', newAttempt({ id: 'attempt-1' }))
  await first.destroy()

  const second = openSqlite(path)
  const ledger = open(second)
  expect((await ledger.findByKey(scopeOf('k1')))?.attempt.id).toBe('attempt-1')
  expect(await ledger.claim(scopeOf('k2'), 'body-1', newAttempt({ id: 'attempt-2' }))).toMatchObject({
    kind: 'fenced',
  })
  await second.destroy()
})

test('several connections claim one order with a hundred keys at the same moment: one gets it', async () => {
  const path = newFile()
  const database = openSqlite(path)
  await applyMigrations(database)
  const kinds = (await race(path, 'claim', 5)).flat()
  const attempts = await database.selectFrom('payment_attempts').select('id').execute()
  await database.destroy()
  expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1)
  expect(kinds.filter((kind) => kind === 'fenced')).toHaveLength(99)
  expect(attempts).toHaveLength(1)
})

test('counting the payments without an end reads their own index, however many were paid', async () => {
  const database = openSqlite(newFile())
  await applyMigrations(database)
  const query = unsettledQuery(database, 'store-1', 1_000_000).compile()
  const explained = CompiledQuery.raw(`EXPLAIN QUERY PLAN ${query.sql}`, [...query.parameters])
  const { rows } = await database.executeQuery(explained)
  await database.destroy()
  expect(JSON.stringify(rows)).toContain('USING COVERING INDEX payment_attempts_unsettled')
})

test('a statement that was prepared before another process changed the schema sees the new columns', async () => {
  const path = newFile()
  const [ours, theirs] = [openSqlite(path), openSqlite(path)]
  await sql`CREATE TABLE notes (text TEXT)`.execute(theirs)
  await sql`INSERT INTO notes VALUES ('kept')`.execute(theirs)
  const read = async () => (await sql`SELECT * FROM notes`.execute(ours)).rows
  expect(await read()).toEqual([{ text: 'kept' }])
  await sql`ALTER TABLE notes ADD COLUMN number INTEGER DEFAULT 7`.execute(theirs)
  expect(await read()).toEqual([{ text: 'kept', number: 7 }])
  await Promise.all([ours.destroy(), theirs.destroy()])
})

test('more different statements than are kept prepared still work', async () => {
  const database = openSqlite(newFile())
  for (let number = 0; number < 250; number++) {
    const { rows } = await sql<{ n: number }>`SELECT ${sql.raw(String(number % 120))} AS n`.execute(database)
    expect(rows).toEqual([{ n: number % 120 }])
  }
  await database.destroy()
})
