import { closeSync, existsSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Kysely,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely'
import { kyselyWith, type Machine, thisMachine } from './dialect.ts'
import { type Journal, openJournal, placeIn } from './journal.ts'
import type { Tables } from './tables.ts'

/** How long to wait for another process that writes to the same file. */
export const busyTimeoutMs = 5_000

/** No other user of the machine may read who paid what. SQLite gives its journal the same mode. */
export const ledgerFileMode = 0o600

/** How the commits of an open file reach the disk. */
export interface Commits {
  /** Whether SQLite waits for the disk in each commit that is begun now. */
  waitsInCommit: boolean
  /** null where there is no file, or no one waits for it. */
  readonly journal: Journal | null
}

const commitsByDatabase = new WeakMap<Kysely<Tables>, Commits>()

/** undefined where it is no SQLite file, or only a part of a transaction. */
export const commitsOf = (database: Kysely<Tables>): Commits | undefined => commitsByDatabase.get(database)

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
  sqlite.function('machine_id', () => machine.id)
  sqlite.function('machine_up_ms', () => machine.upMs())
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

/** A file by its place on the disk; null where there is none. Symbolic links are followed. */
const placeOf = (path: string): string | null =>
  placeIn(statSync(path, { bigint: true, throwIfNoEntry: false }))

/**
 * Remembers which files SQLite has open at a path: the ledger, its journal and its locks. If one of them is deleted, moved or
 * replaced, this process goes on with a file that no other process can find, and another one starts with an empty ledger at the
 * same path. As long as the file is open, its place on the disk is not given to another one.
 *
 * Only names are looked at. To open a file here and close it again would end all locks that SQLite has on it.
 *
 * @returns what throws when the files at the path are not those that are open any more.
 */
function watchOpenFile(path: string): () => void {
  const real = realpathSync(path)
  const opened = [path, `${real}-wal`, `${real}-shm`].map((name) => ({ name, place: placeOf(name) }))
  return () => {
    for (const { name, place } of opened) {
      if (placeOf(name) === place) continue
      throw new Error(`The ledger's file ${name} was moved, deleted or replaced while it was open`)
    }
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

/**
 * Kysely on an open file; it closes the file when it is destroyed.
 *
 * @param beforeWrite throws where nothing may be written any more.
 */
export function kyselyOn(
  sqlite: DatabaseSync,
  beforeWrite: () => void = () => {},
  journal: Journal | null = null,
): Kysely<Tables> {
  const commits: Commits = { waitsInCommit: true, journal }
  const setLevel = levelSetter(sqlite)
  const beginWrite = () => {
    beforeWrite()
    journal?.refuseFailed()
    setLevel(commits.waitsInCommit ? 'FULL' : 'NORMAL')
  }
  const file = asKyselyDatabase(sqlite, beginWrite, () => journal?.close())
  const driver = new EmbeddedDriver({ database: file }, sqlite)
  const database = kyselyWith(new SqliteDialect({ database: file }), () => driver)
  commitsByDatabase.set(database, commits)
  readsByDatabase.set(database, ({ sql, parameters }) =>
    driver.isTaken ? null : file.prepare(sql).all(parameters),
  )
  return database
}

type ReadNow = (query: CompiledQuery<unknown>) => unknown[] | null
const readsByDatabase = new WeakMap<Kysely<Tables>, ReadNow>()

/**
 * The rows of a SELECT. In SQLite's file they are read in the same turn, unless another work has the connection: that may be in the
 * middle of a transaction, or have written what is not on the disk yet.
 *
 * @param query compiled once, since to build its text costs more than to run it.
 */
export async function rowsOf<Row>(database: Kysely<Tables>, query: CompiledQuery<Row>): Promise<Row[]> {
  const rows = readsByDatabase.get(database)?.(query) as Row[] | null | undefined
  return rows ?? (await database.executeQuery(query)).rows
}

/** Most commits are of one kind, one after the other. @returns what must be called outside of transactions. */
function levelSetter(sqlite: DatabaseSync) {
  let present = 'FULL'
  return (level: 'FULL' | 'NORMAL') => {
    if (level === present) return
    sqlite.exec(`PRAGMA synchronous = ${level}`)
    present = level
  }
}

/** A transaction is asked about when it begins, a single statement when it writes. */
const writes = /^\s*(begin|insert|update|delete|with)\b/i

/** We have some thirty statements, a few of them once for each length of a list. */
const statementsMax = 100

/**
 * Kysely is written for better-sqlite3; Node's own SQLite takes parameters, and marks statements without rows, in another
 * way. Kysely prepares a statement for each query, which costs as much as running it, so prepared ones are kept. SQLite
 * itself prepares one again when the schema has changed.
 */
function asKyselyDatabase(
  sqlite: DatabaseSync,
  beginWrite: () => void,
  beforeClose: () => void,
): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>()
  return {
    close() {
      beforeClose()
      sqlite.close()
    },
    prepare(sql) {
      const known = prepared.get(sql)
      if (known) return known
      const [oldest] = prepared.keys()
      if (prepared.size >= statementsMax && oldest !== undefined) prepared.delete(oldest)
      const statement = sqlite.prepare(sql)
      const isWrite = writes.test(sql)
      const ask = () => {
        if (isWrite && !sqlite.isTransaction) beginWrite()
      }
      const kept = {
        reader: statement.columns().length > 0,
        all(parameters: readonly unknown[]) {
          ask()
          return statement.all(...asSqlValues(parameters))
        },
        run(parameters: readonly unknown[]) {
          ask()
          return statement.run(...asSqlValues(parameters))
        },
        iterate: (parameters: readonly unknown[]) => statement.iterate(...asSqlValues(parameters)),
      }
      prepared.set(sql, kept)
      return kept
    },
  }
}

const asSqlValues = (parameters: readonly unknown[]) => parameters as (string | number | null)[]

class EmbeddedDriver extends SqliteDriver {
  readonly #sqlite: DatabaseSync
  /** Whether a statement or a transaction has the connection, from before its first word to after its last. */
  isTaken = false

  constructor(config: SqliteDialectConfig, sqlite: DatabaseSync) {
    super(config)
    this.#sqlite = sqlite
  }

  override acquireConnection() {
    this.isTaken = true
    return super.acquireConnection()
  }

  override async releaseConnection() {
    this.isTaken = false
  }

  /** Takes the write lock at once. Half-way through, SQLite would fail instead of waiting for another process. */
  override async beginTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  /** A full disk makes SQLite roll back by itself. A second ROLLBACK would fail, and hide why. */
  override async rollbackTransaction(connection: DatabaseConnection) {
    if (this.#sqlite.isTransaction) await super.rollbackTransaction(connection)
  }
}
