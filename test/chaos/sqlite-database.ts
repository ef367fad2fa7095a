import { execFileSync } from 'node:child_process'
import { closeSync, cpSync, existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type ChaosDatabase, type LedgerRow, ledgerQuery, unknownQuery } from './chaos-database.ts'

/** A file in a folder that the caller removes. */
export function sqliteDatabase(folder: string): ChaosDatabase {
  const path = join(folder, 'tillgate.db')
  const read = (query: string) => {
    if (!existsSync(path)) return []
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
    try {
      return database.prepare(query).all()
    } finally {
      database.close()
    }
  }
  return {
    kind: 'sqlite',
    url: `sqlite:${path}`,
    readLedger: async () => read(ledgerQuery).map(toRow),
    unknownIds: async () => read(unknownQuery).map(({ id }) => String(id)),
    crash: null,
    failOver: null,
    disk: null,
    stop: async () => {},
  }
}

/** Room for the ledger of ten minutes of storm; what fills it up lies in memory. */
const diskMegabytes = 96

/** The same on a disk of its own that can be filled up. @returns null where none may be mounted. */
export function sqliteDatabaseOnSmallDisk(folder: string): ChaosDatabase | null {
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMegabytes}m`, 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    return null
  }
  const unmount = () => execFileSync('umount', ['--lazy', disk], { stdio: 'ignore' })
  process.once('exit', unmount)
  const filler = join(disk, 'filler')
  return {
    ...sqliteDatabase(disk),
    disk: {
      fill: () => fillUp(filler),
      free: () => rmSync(filler, { force: true }),
    },
    async stop() {
      process.off('exit', unmount)
      // The ledger is kept with the logs of the run.
      cpSync(disk, join(folder, 'ledger'), { recursive: true })
      unmount()
    },
  }
}

/** Down to the last page of 4 kB. */
function fillUp(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (const bytes of [1024 * 1024, 4096]) {
      const zeros = Buffer.alloc(bytes)
      try {
        while (writeSync(file, zeros) === bytes);
      } catch {
        // No space left, which is the purpose.
      }
    }
  } finally {
    closeSync(file)
  }
}

const toRow = (row: Record<string, unknown>): LedgerRow => ({
  id: String(row.id),
  orderId: Number(row.orderId),
  cartId: row.cartId === null ? null : String(row.cartId),
  status: String(row.status),
  problemCode: row.problemCode === null ? null : String(row.problemCode),
  correlationId: String(row.correlationId),
  requestId: String(row.requestId),
  sentAtMs: row.sentAtMs === null ? null : Number(row.sentAtMs),
  looks: Number(row.looks),
  updatedAtMs: Number(row.updatedAtMs),
})
