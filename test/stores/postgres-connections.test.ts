import { type Kysely, sql } from 'kysely'
import { types } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openPostgres } from '../../src/stores/engine/postgres.ts'
import type { Tables } from '../../src/stores/engine/tables.ts'
import { createPaymentAttempts } from '../../src/stores/payment-attempts.ts'
import { runOn } from '../support/postgres.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { type OpenedLedger, postgres } from './engines.ts'
import { newAttempt, scopeOf } from './wanted-attempts.ts'

let opened: OpenedLedger
beforeEach(async () => {
  opened = await postgres.open()
})
afterEach(() => opened.close())

const ledgerOf = (database: Kysely<Tables>) =>
  createPaymentAttempts({ database, storeHash: 'store-1', now: () => 1_000_000 })

describe('a session', () => {
  const settingOf = async (database: Kysely<Tables>, name: string) =>
    (await sql<{ value: string }>`SELECT current_setting(${name}) AS value`.execute(database)).rows[0]?.value

  test('waits for the disk with each commit, even where the database is set not to', async () => {
    for (const [set, used] of [
      ['off', 'on'],
      ['local', 'local'],
      ['remote_apply', 'remote_apply'],
    ]) {
      const url = new URL(opened.url)
      url.searchParams.set('options', `-c synchronous_commit=${set}`)
      const database = openPostgres({ url: url.href, onConnectionLost: () => {} })
      expect(await settingOf(database, 'synchronous_commit')).toBe(used)
      await database.destroy()
    }
  })

  test('names the service, and lets only a migration’s statements take long', async () => {
    expect(await settingOf(opened.database, 'application_name')).toBe('tillgate')
    expect(await settingOf(opened.database, 'statement_timeout')).toBe('3s')
    const patient = openPostgres({ url: opened.url, onConnectionLost: () => {}, isPatient: true })
    expect(await settingOf(patient, 'statement_timeout')).toBe('0')
    await patient.destroy()
  })

  test('reads a bigint as a number, and leaves pg’s own parsers alone', async () => {
    const { rows } = await sql<{ big: unknown }>`SELECT 1700000000000::bigint AS big`.execute(opened.database)
    expect(rows).toEqual([{ big: 1_700_000_000_000 }])
    expect(types.getTypeParser(types.builtins.INT8)('7')).toBe('7')
  })
})

describe('a connection', () => {
  test('that breaks while idle is reported and replaced', async () => {
    const lost: string[] = []
    const database = openPostgres({
      url: opened.url,
      onConnectionLost: ({ message }) => void lost.push(message),
    })
    const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(database)
    await runOn(opened.url, `SELECT pg_terminate_backend(${rows[0]?.pid})`)
    await expect.poll(() => lost).toHaveLength(1)
    expect(lost[0]).toMatch(/terminating connection due to administrator command/)
    expect(await ledgerOf(database).findFence(118)).toBeNull()
    await database.destroy()
  })

  test('that breaks in the middle of a transaction fails and undoes it, and nothing else', async () => {
    const database = opened.connect()
    const breaking = database.transaction().execute(async (transaction) => {
      await sql`CREATE TABLE half_made (id INTEGER)`.execute(transaction)
      const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(transaction)
      await runOn(opened.url, `SELECT pg_terminate_backend(${rows[0]?.pid})`)
      await sql`INSERT INTO half_made VALUES (1)`.execute(transaction)
    })
    await expect(breaking).rejects.toThrow()
    await sql`CREATE TABLE half_made (id INTEGER)`.execute(database)
    await sql`DROP TABLE half_made`.execute(database)
  })

  test('that cannot be made fails with the one word, and is made once the server is back', async () => {
    const proxy = await startTcpProxy(opened.url)
    const database = openPostgres({ url: proxy.url, onConnectionLost: () => {} })
    const ledger = ledgerOf(database)
    expect(await ledger.findFence(118)).toBeNull()
    proxy.cut()
    for (let turn = 0; turn < 30; turn++) {
      await expect(ledger.findFence(118)).rejects.toMatchObject({ code: 'store_unavailable' })
    }
    proxy.restore()
    expect(await ledger.findFence(118)).toBeNull()
    await database.destroy()
  })

  test('on which no answer comes is closed, and no other caller gets it', async () => {
    const proxy = await startTcpProxy(opened.url)
    const database = openPostgres({ url: proxy.url, onConnectionLost: () => {} })
    const ledger = ledgerOf(database)
    await ledger.findFence(118)
    proxy.stall()
    await expect(ledger.findFence(118)).rejects.toMatchObject({ code: 'store_unavailable' })
    proxy.restore()
    expect((await ledger.claim(scopeOf('k1'), 'body-1', newAttempt())).kind).toBe('claimed')
    await database.destroy()
  })

  test('that falls silent in the middle of a transaction is waited for once, and not again for the ROLLBACK', async () => {
    const proxy = await startTcpProxy(opened.url)
    const database = openPostgres({ url: proxy.url, onConnectionLost: () => {} })
    let stalledAtMs = 0
    const stalling = database.transaction().execute(async (transaction) => {
      await sql`SELECT 1`.execute(transaction)
      proxy.stall()
      stalledAtMs = performance.now()
      await sql`SELECT 2`.execute(transaction)
    })
    await expect(stalling).rejects.toThrow()
    // The wait for one answer is four seconds.
    expect(performance.now() - stalledAtMs).toBeLessThan(6_000)
    await database.destroy()
  })

  test('that waits for a forgotten lock fails in time, and can be used again', async () => {
    const other = await opened.connect().startTransaction().execute()
    await sql`LOCK TABLE payment_attempts`.execute(other)
    await expect(ledgerOf(opened.database).findFence(118)).rejects.toMatchObject({
      code: 'store_unavailable',
    })
    await other.rollback().execute()
    expect(await ledgerOf(opened.database).findFence(118)).toBeNull()
  })

  test('that answers read-only is closed at once, and so are the others that were opened before it', async () => {
    const database = openPostgres({ url: opened.url, onConnectionLost: () => {} })
    const ledger = ledgerOf(database)
    // As on a server that has become a standby: each of five sessions takes no writes any more.
    await Promise.all(
      Array.from({ length: 5 }, () =>
        database.connection().execute(async (connection) => {
          await sql`SELECT set_config('default_transaction_read_only', 'on', false)`.execute(connection)
          await sql`SELECT pg_sleep(0.2)`.execute(connection)
        }),
      ),
    )
    const claim = (key: string) => ledger.claim(scopeOf(key), 'body-1', newAttempt({ orderId: Number(key) }))
    await expect(claim('1')).rejects.toMatchObject({ code: 'store_unavailable' })
    for (const key of ['2', '3', '4', '5', '6', '7']) expect((await claim(key)).kind, key).toBe('claimed')
    await database.destroy()
  })

  test('that is left in a failed transaction is closed, and no other caller gets it', async () => {
    const database = openPostgres({ url: opened.url, onConnectionLost: () => {} })
    await database.connection().execute(async (connection) => {
      await sql.raw('BEGIN').execute(connection)
      await expect(sql.raw('SELECT 1 / 0').execute(connection)).rejects.toThrow()
      await expect(sql.raw('SELECT 1').execute(connection)).rejects.toMatchObject({ code: '25P02' })
    })
    expect(await ledgerOf(database).findFence(118)).toBeNull()
    await database.destroy()
  })
})
