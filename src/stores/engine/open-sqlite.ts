import { closeSync, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { Kysely } from 'kysely'
import { type Machine, thisMachine } from './dialect.ts'
import { openJournal } from './journal.ts'
import { busyInThreadMs, busyTimeoutMs, kyselyOn, tellMachine, watchOpenFile } from './sqlite.ts'
import type { Tables } from './tables.ts'

/** No other user of the machine may read who paid what. SQLite gives its journal the same mode. */
export const ledgerFileMode = 0o600

/**
 * Opens the embedded database: WAL, so that readers never wait for a writer, and FULL, so that a row that
 * says *sending* is on the disk before a byte leaves the machine. `durably` and `withoutFlush` make its exceptions.
 *
 * @param path of the file, made with its folder when missing; `:memory:` for none. A file that is there keeps its mode.
 * @param machine whose clock the permits count on: one machine opens the file, so its processes share that clock.
 */
export function openSqlite(path: string, machine: Machine = thisMachine): Kysely<Tables> {
  if (path !== ':memory:') {
    makeFolder(dirname(path))
    closeSync(openSync(path, 'a', ledgerFileMode))
  }
  const sqlite = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
  // The first read makes the journal and the locks, if they are not there.
  sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; SELECT COUNT(*) FROM sqlite_schema')
  sqlite.exec(`PRAGMA busy_timeout = ${busyInThreadMs}`)
  tellMachine(sqlite, machine)
  if (path === ':memory:') return kyselyOn(sqlite)
  const journal = openJournal(`${realpathSync(path)}-wal`)
  return kyselyOn(sqlite, watchOpenFile(path), journal)
}

/** Makes a folder and those above it. Node's own recursion never ends where the system makes none, as below `/proc`. @throws Error */
export function makeFolder(folder: string, mode = 0o777): void {
  if (existsSync(folder)) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder), mode)
  try {
    mkdirSync(folder, mode)
  } catch (error) {
    // Another process may have made it in between.
    if (!existsSync(folder)) throw error
  }
}

/**
 * Opens an existing file to read it, and makes nothing, neither file nor journal. A file without a journal is open nowhere,
 * so it is read as one that cannot change: any other way of reading leaves files beside it.
 */
export function openSqliteToRead(path: string): Kysely<Tables> {
  const url = pathToFileURL(path)
  if (!existsSync(`${path}-wal`)) url.search = 'immutable=1'
  const sqlite = new DatabaseSync(url, { timeout: busyTimeoutMs, readOnly: true })
  return kyselyOn(sqlite)
}

/** An instance keeps the file open as long as it lives; only one that is just closing it is worth a wait. */
const aloneWithinMs = 1_000

/**
 * Opens an existing file that no other process has open, and keeps all others out until it is closed.
 *
 * @throws Error when there is no such file, or another process has it open.
 */
export function openSqliteAlone(path: string): Kysely<Tables> {
  if (!existsSync(path)) throw new Error(`There is no ledger at ${path}.`)
  const sqlite = new DatabaseSync(path, { timeout: aloneWithinMs })
  try {
    // With WAL the first read takes the whole file, and fails if another process has it open, even only to read.
    sqlite.exec('PRAGMA locking_mode = EXCLUSIVE; SELECT COUNT(*) FROM sqlite_schema')
  } catch (error) {
    sqlite.close()
    throw new Error(`${path} is in use: stop every instance first.`, { cause: error })
  }
  return kyselyOn(sqlite)
}
