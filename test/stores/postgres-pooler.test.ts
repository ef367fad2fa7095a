import { type Kysely, sql } from 'kysely'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../src/stores/engine/database.ts'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import { openPostgres } from '../../src/stores/engine/postgres.ts'
import type { Tables } from '../../src/stores/engine/tables.ts'
import { createLedger } from '../../src/stores/ledger.ts'
import { newPostgresDatabase, runOn } from '../support/postgres.ts'
import { postgres } from './engines.ts'
import { describeLedger } from './ledger-contract.ts'
import { newAttempt, scopeOf } from './wanted-attempts.ts'

const poolers = inject('poolers')
if (poolers === null) {
  process.stderr.write('No pgbouncer found, so no real pooler is tested: apt-get install pgbouncer.\n')
}

const sending = {
  due: { amount: 6098, currency: 'USD' },
  patIssuedAtMs: 1,
  patExpiresAtMs: 5_000_000,
  orderTotal: null,
}

/**
 * A ledger whose database is set not to wait for the disk. The database itself notes, within each transaction that writes an
 * attempt, whether its commit will wait.
 */
async function carelessLedger() {
  const { url, drop } = await newPostgresDatabase()
  onTestFinished(drop)
  const migrating = openDatabase(url, () => {})
  await applyMigrations(migrating)
  await migrating.destroy()
  await runOn(
    url,
    `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off;
     CREATE TABLE seen (status TEXT, commit TEXT, statement_timeout TEXT);
     CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO seen VALUES (NEW.status, current_setting('synchronous_commit'), current_setting('statement_timeout'));
       RETURN NEW; END $$;
     CREATE TRIGGER note AFTER INSERT OR UPDATE ON payment_attempts FOR EACH ROW EXECUTE FUNCTION note()`,
  )
  return url
}

/** Lets payments come to every end, and calls `between` before each step. */
async function payOn(database: Kysely<Tables>, between: () => Promise<unknown>): Promise<void> {
  const options = { database, storeHash: 'store-1', now: () => 1_000_000 }
  const { attempts } = createLedger({ ...options, velocityWindowMs: 1_000, orderFailuresMax: 0 })
  const ends = ['succeeded', 'declined', 'pending', 'unknown', 'not_sent'] as const
  for (const [index, status] of ends.entries()) {
    await between()
    const claim = await attempts.claim(scopeOf(`key-${index}`), 'f', newAttempt({ orderId: 1 + index }))
    const id = claim.kind === 'claimed' ? claim.attempt.id : ''
    await between()
    expect(await attempts.markSending(id, sending)).toBe('sending')
    await between()
    expect(await attempts.markSendingAgain(id)).toBe(true)
    await between()
    await attempts.settle(id, { status }, () => null)
  }
}

async function expectDurable(url: string): Promise<void> {
  const database = openDatabase(url, () => {})
  const { rows } = await sql<{
    status: string
    commit: string
    statement_timeout: string
  }>`SELECT DISTINCT status, commit, statement_timeout FROM seen ORDER BY status`.execute(database)
  await database.destroy()
  expect(rows.map(({ status, commit }) => `${status} ${commit}`)).toEqual([
    'claimed off',
    'declined on',
    'not_sent on',
    'pending on',
    'sending on',
    'succeeded on',
    'unknown on',
  ])
  for (const { status, statement_timeout } of rows) expect(statement_timeout, status).toBe('3s')
}

test('what says that a charge leaves, and how it ended, waits for the disk also in a session that was reset', async () => {
  const url = await carelessLedger()
  const database = openPostgres({ url, onConnectionLost: () => {} })
  await payOn(database, () => sql`RESET ALL`.execute(database))
  await database.destroy()
  await expectDurable(url)
})

/** The same database through a pooler. */
const through = (pooler: string, url: string) => Object.assign(new URL(url), { host: pooler }).href

describe.runIf(poolers)('behind a pooler in transaction mode', () => {
  const { forgetful = '', keeping = '' } = poolers ?? {}

  test('what says that a charge leaves, and how it ended, waits for the disk', async () => {
    const url = await carelessLedger()
    const database = openPostgres({ url: through(forgetful, url), onConnectionLost: () => {} })
    await payOn(database, async () => {})
    await database.destroy()
    await expectDurable(url)
  })

  test('no setting of ours is left in a session that another client may get', async () => {
    const { url, drop } = await newPostgresDatabase()
    onTestFinished(drop)
    const database = openPostgres({ url: through(keeping, url), onConnectionLost: () => {} })
    await applyMigrations(database)
    await payOn(database, async () => {})
    // The pool behind the pooler has one connection, which this client gets too.
    const read = async () =>
      (
        await sql<{ timeout: string; commit: string }>`SELECT current_setting('statement_timeout') AS timeout,
          current_setting('synchronous_commit') AS commit`.execute(database)
      ).rows
    expect(await read()).toEqual([{ timeout: '0', commit: 'on' }])
    await database.destroy()
  })

  describeLedger({
    name: 'Postgres behind a pooler',
    async open() {
      const opened = await postgres.open()
      const connections: Kysely<Tables>[] = []
      const connect = () => {
        const connection = openDatabase(through(forgetful, opened.url), () => {})
        connections.push(connection)
        return connection
      }
      const close = async () => {
        await Promise.all(connections.map((connection) => connection.destroy()))
        await opened.close()
      }
      return { ...opened, database: connect(), connect, close }
    },
  })
})
