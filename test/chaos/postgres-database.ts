import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { startTransactionPooler } from '../support/transaction-pooler.ts'
import { type ChaosDatabase, type LedgerRow, ledgerQuery, unknownQuery } from './chaos-database.ts'
import { startPostgresPair } from './postgres-pair.ts'
import { createPostgresServer, type PostgresServerProcess } from './postgres-server-process.ts'

/** A server of its own, for a run that makes it crash. */
export async function postgresDatabase(folder: string): Promise<ChaosDatabase> {
  const server = await createPostgresServer(join(folder, 'postgres'))
  await server.start()
  return {
    kind: 'postgres',
    url: server.url,
    readLedger: () => readLedger(server.url),
    unknownIds: () => readUnknown(server.url),
    crash: crashOf(() => server),
    failOver: null,
    disk: null,
    stop: () => server.crash(),
  }
}

/** The same behind a pooler that gives a connection to another client with each transaction. @returns null without pgbouncer. */
export async function pooledPostgresDatabase(folder: string): Promise<ChaosDatabase | null> {
  const database = await postgresDatabase(folder)
  const pooler = await startTransactionPooler(database.url)
  if (!pooler) return database.stop().then(() => null)
  return {
    ...database,
    url: Object.assign(new URL(database.url), { host: pooler.host }).href,
    async stop() {
      await pooler.stop()
      await database.stop()
    },
  }
}

/** A primary and a synchronous standby that can take over from it. */
export async function replicatedPostgresDatabase(folder: string): Promise<ChaosDatabase> {
  const pair = await startPostgresPair(folder)
  // Two disasters at once would leave no one to take over.
  let present: Promise<unknown> = Promise.resolve()
  const afterPresent = (disaster: () => Promise<void>) => {
    const next = present.then(disaster)
    present = next.catch(() => {})
    return next
  }
  return {
    kind: 'postgres',
    url: pair.url,
    readLedger: () => readLedger(pair.primary().url),
    unknownIds: () => readUnknown(pair.primary().url),
    crash: (downForMs) =>
      afterPresent(async () => {
        await pair.idle()
        await crashOf(pair.primary)(downForMs)
      }),
    failOver: (departure) => afterPresent(() => pair.failOver(departure)),
    disk: null,
    stop: pair.stop,
  }
}

const crashOf = (current: () => PostgresServerProcess) => async (downForMs: number) => {
  const server = current()
  await server.crash()
  await sleep(downForMs)
  await server.start()
}

async function readLedger(url: string): Promise<LedgerRow[]> {
  const rows = await read<LedgerRow & { orderId: string; sentAtMs: string | null; updatedAtMs: string }>(
    url,
    ledgerQuery,
  )
  // pg gives 64-bit numbers as text.
  return rows.map((row) => ({
    ...row,
    orderId: Number(row.orderId),
    sentAtMs: row.sentAtMs === null ? null : Number(row.sentAtMs),
    updatedAtMs: Number(row.updatedAtMs),
  }))
}

const readUnknown = async (url: string) => (await read<{ id: string }>(url, unknownQuery)).map(({ id }) => id)

async function read<Row extends object>(url: string, query: string): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Row>(query)).rows
  } finally {
    await client.end()
  }
}
