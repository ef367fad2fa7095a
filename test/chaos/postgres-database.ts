import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { type ChaosDatabase, type LedgerRow, ledgerQuery } from './chaos-database.ts'
import { createPostgresServer } from './postgres-server-process.ts'

/** A server of its own, for a run that makes it crash. */
export async function postgresDatabase(folder: string): Promise<ChaosDatabase> {
  const server = await createPostgresServer(join(folder, 'postgres'))
  await server.start()
  return {
    kind: 'postgres',
    url: server.url,
    async readLedger() {
      const client = new Client({ connectionString: server.url })
      client.on('error', () => {})
      await client.connect()
      try {
        const { rows } = await client.query<
          LedgerRow & { orderId: string; sentAtMs: string | null; updatedAtMs: string }
        >(ledgerQuery)
        // pg gives 64-bit numbers as text.
        return rows.map((row) => ({
          ...row,
          orderId: Number(row.orderId),
          sentAtMs: row.sentAtMs === null ? null : Number(row.sentAtMs),
          updatedAtMs: Number(row.updatedAtMs),
        }))
      } finally {
        await client.end()
      }
    },
    async crash(downForMs) {
      await server.crash()
      await sleep(downForMs)
      await server.start()
    },
    stop: () => server.crash(),
  }
}
