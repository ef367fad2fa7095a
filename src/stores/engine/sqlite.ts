import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { Kysely } from 'kysely'
import { kyselyOn } from './sqlite-dialect.ts'
import type { Tables } from './tables.ts'

/** How long to wait for another process that writes to the same file. */
export const busyTimeoutMs = 5_000

/** Who paid what is for nobody else on the machine to read. SQLite makes its journal with the same mode. */
export const ledgerFileMode = 0o600

/**
 * Opens the embedded database: WAL, so that readers never wait for a writer, and FULL, so that a row that
 * says *sending* is on the disk before a byte leaves the machine. `unflushed` makes its exceptions.
 *
 * @param path of the file, made with its folder when missing; `:memory:` for none. A file that is there keeps its mode.
 */
export function openSqlite(path: string): Kysely<Tables> {
  if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true })
    closeSync(openSync(path, 'a', ledgerFileMode))
  }
  const sqlite = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
  sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  return kyselyOn(sqlite)
}

/**
 * Opens an existing file to look at it. Nothing is made, neither file nor journal: while nobody has it open it is read as
 * if it could not change, which is also the only way to read it without leaving files beside it.
 */
export function openSqliteToRead(path: string): Kysely<Tables> {
  const url = pathToFileURL(path)
  if (!existsSync(`${path}-wal`)) url.search = 'immutable=1'
  const sqlite = new DatabaseSync(url, { timeout: busyTimeoutMs, readOnly: true })
  return kyselyOn(sqlite)
}
