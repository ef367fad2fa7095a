import { randomUUID } from 'node:crypto'
import { CompiledQuery, type Kysely, type KyselyPlugin, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Tables } from '../../src/stores/engine/tables.ts'
import { createLedgerHealth } from '../../src/stores/ledger-health.ts'
import { type OpenedLedger, postgres, sqlite } from './engines.ts'

const hour = 3_600_000

describe.each([sqlite, postgres])('the health of the ledger on $name', ({ name, open }) => {
  let opened: OpenedLedger
  let elapsedMs: number
  let changes: unknown[]
  beforeEach(async () => {
    opened = await open()
    elapsedMs = 0
    changes = []
  })
  afterEach(() => opened.close())

  const healthOf = (instance = 'one', database: Kysely<Tables> = opened.database, nowMs = 1_000_000) =>
    createLedgerHealth({
      database,
      instance,
      now: () => nowMs,
      elapsed: () => elapsedMs,
      pause: () => new Promise(() => {}),
      onChange: (reason) => void changes.push(reason),
    })
  const beats = () =>
    opened.database.selectFrom('heartbeats').select('instance').orderBy('instance').execute()

  test('is good once a small write succeeds, each instance in a row of its own', async () => {
    expect(await healthOf('one')()).toBe(true)
    expect(await healthOf('two')()).toBe(true)
    expect(await beats()).toEqual([{ instance: 'one' }, { instance: 'two' }])
    expect(changes).toEqual([])
  })

  test('is asked of the database once, however many ask at once and within the next second', async () => {
    let asked = 0
    const counting: KyselyPlugin = {
      transformQuery({ node }) {
        if (node.kind === 'InsertQueryNode') asked++
        return node
      },
      transformResult: async ({ result }) => result,
    }
    const isAble = healthOf('one', opened.database.withPlugin(counting))
    expect(new Set(await Promise.all(Array.from({ length: 1_000 }, isAble)))).toEqual(new Set([true]))
    elapsedMs += 999
    await isAble()
    expect(asked).toBe(1)
    elapsedMs += 1
    await isAble()
    expect(asked).toBe(2)
  })

  test('is bad while the schema is not this version’s, and the change is told once each way', async () => {
    const isAble = healthOf()
    await sql`UPDATE schema_migrations SET number = 9999 WHERE number = 1`.execute(opened.database)
    expect(await isAble()).toBe(false)
    elapsedMs += 5_000
    expect(await isAble()).toBe(false)
    await sql`UPDATE schema_migrations SET number = 1 WHERE number = 9999`.execute(opened.database)
    elapsedMs += 5_000
    expect(await isAble()).toBe(true)
    expect(changes).toEqual([expect.any(Error), null])
  })

  test('deletes the rows of instances that are gone', async () => {
    await healthOf('old', opened.database, 1_000_000)()
    await healthOf('new', opened.database, 1_000_000 + 25 * hour)()
    expect(await beats()).toEqual([{ instance: 'new' }])
  })

  test('is bad where the database takes no writes, and good again when it does', async () => {
    const isAble = healthOf()
    const refuse = {
      // No page more than it has: what a full disk answers.
      SQLite: () => opened.database.executeQuery(CompiledQuery.raw('PRAGMA max_page_count = 1')),
      Postgres: () =>
        sql`SELECT set_config('default_transaction_read_only', 'on', false)`.execute(opened.database),
    }
    await refuse[name]()
    expect(await isAble()).toBe(false)
    expect(changes).toMatchObject([
      name === 'SQLite' ? { errstr: 'database or disk is full' } : { code: '25006' },
    ])
    // On Postgres the connection that refused is closed, and the next one may write.
    if (name === 'SQLite') await sql.raw('PRAGMA max_page_count = 1000000').execute(opened.database)
    elapsedMs += 1_000
    expect(await isAble()).toBe(true)
  })
})

test('on Postgres the health is bad while the role may not write what a payment writes', async () => {
  const { database, close } = await postgres.open()
  onTestFinished(close)
  const role = `reader_${randomUUID().replaceAll('-', '')}`
  const run = (statement: string) => sql.raw(statement).execute(database)
  const { rows } = await sql<{ name: string }>`SELECT current_schema() AS name`.execute(database)
  const schema = `"${rows[0]?.name}"`
  await run(`CREATE ROLE ${role}`)
  await run(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`)
  await run(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`)
  const changes: unknown[] = []
  const isAble = () =>
    createLedgerHealth({
      database,
      instance: 'one',
      now: () => 1_000_000,
      elapsed: () => 0,
      pause: () => new Promise(() => {}),
      onChange: (reason) => void changes.push(reason),
    })()
  await run(`SET ROLE ${role}`)
  expect(await isAble()).toBe(true)
  await run('RESET ROLE')
  for (const [table, right] of [
    ['payment_attempts', 'INSERT'],
    ['payment_attempts', 'UPDATE'],
    ['payment_tokens', 'INSERT'],
    ['idempotency_keys', 'SELECT'],
  ]) {
    await run(`REVOKE ${right} ON ${table} FROM ${role}`)
    await run(`SET ROLE ${role}`)
    expect(await isAble(), `${right} on ${table}`).toBe(false)
    expect(changes.pop()).toMatchObject({ message: expect.stringContaining(`${right} on ${table}`) })
    await run('RESET ROLE')
    await run(`GRANT ${right} ON ${table} TO ${role}`)
  }
  await run(`DROP OWNED BY ${role}`)
  await run(`DROP ROLE ${role}`)
})
