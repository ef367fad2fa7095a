import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type ChaosDatabase, type LedgerRow, ledgerQuery } from './chaos-database.ts'

/** A file in a folder that the caller removes. */
export function sqliteDatabase(folder: string): ChaosDatabase {
  const path = join(folder, 'tillgate.db')
  return {
    kind: 'sqlite',
    url: `sqlite:${path}`,
    async readLedger() {
      if (!existsSync(path)) return []
      const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
      try {
        return database.prepare(ledgerQuery).all().map(toRow)
      } finally {
        database.close()
      }
    },
    crash: null,
    stop: async () => {},
  }
}

const toRow = (row: Record<string, unknown>): LedgerRow => ({
  id: String(row.id),
  orderId: Number(row.orderId),
  status: String(row.status),
  problemCode: row.problemCode === null ? null : String(row.problemCode),
  correlationId: String(row.correlationId),
  requestId: String(row.requestId),
  sentAtMs: row.sentAtMs === null ? null : Number(row.sentAtMs),
  looks: Number(row.looks),
  updatedAtMs: Number(row.updatedAtMs),
})
