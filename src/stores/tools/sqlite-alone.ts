import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import { kyselyOn } from '../engine/sqlite-dialect.ts'
import type { Tables } from '../engine/tables.ts'

/** Whoever has the file open as a service does keeps it open; only one that is just closing it is worth a wait. */
const aloneWithinMs = 1_000

/**
 * Opens an existing file that nobody else has open, and keeps everybody else out of it until it is closed.
 *
 * @throws Error when there is no such file, or somebody has it open.
 */
export function openSqliteAlone(path: string): Kysely<Tables> {
  if (!existsSync(path)) throw new Error(`There is no ledger at ${path}.`)
  const sqlite = new DatabaseSync(path, { timeout: aloneWithinMs })
  try {
    // With WAL the first read takes the whole file, and fails when anybody has it open, even to read.
    sqlite.exec('PRAGMA locking_mode = EXCLUSIVE; SELECT COUNT(*) FROM sqlite_schema')
  } catch (error) {
    sqlite.close()
    throw new Error(`${path} is in use: stop every instance first.`, { cause: error })
  }
  return kyselyOn(sqlite)
}
